#ifndef VEDETTE_APP_LOGS_VERBS_H_
#define VEDETTE_APP_LOGS_VERBS_H_

namespace CLI {
class App;
}

namespace vedette::app {

// The sub-commands of `vedette logs`, as verbs.h has them.
void AddLogsImport(CLI::App* logs, int* exit_code);

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_VERBS_H_
