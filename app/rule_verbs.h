#ifndef VEDETTE_APP_RULE_VERBS_H_
#define VEDETTE_APP_RULE_VERBS_H_

namespace CLI {
class App;
}

namespace vedette::app {

void AddCheckRules(CLI::App* check, int* exit_code);  // vedette check rules
void AddTestRules(CLI::App* test, int* exit_code);    // vedette test rules

}  // namespace vedette::app

#endif  // VEDETTE_APP_RULE_VERBS_H_
