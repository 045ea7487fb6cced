#ifndef VEDETTE_APP_VERBS_H_
#define VEDETTE_APP_VERBS_H_

namespace CLI {
class App;
}

namespace vedette::app {

// Exit codes of every verb.
inline constexpr int kExitOk = 0;
inline constexpr int kExitProblem = 1;  // a problem was found: bad file, cannot bind, ...
inline constexpr int kExitUsage = 2;    // wrong use of the command line

// Each adds one verb with its flags to `root`; when the verb is chosen, its callback runs it and
// sets `*exit_code`. One file a verb.
void AddAgent(CLI::App* root, int* exit_code);
void AddAgents(CLI::App* root, int* exit_code);
void AddCollector(CLI::App* root, int* exit_code);
void AddDoctor(CLI::App* root, int* exit_code);
void AddExporter(CLI::App* root, int* exit_code);
void AddShip(CLI::App* root, int* exit_code);
void AddCheck(CLI::App* root, int* exit_code);
void AddLogs(CLI::App* root, int* exit_code);
void AddQuery(CLI::App* root, int* exit_code);
void AddTest(CLI::App* root, int* exit_code);
void AddTsdb(CLI::App* root, int* exit_code);
void AddVersion(CLI::App* root, int* exit_code);

}  // namespace vedette::app

#endif  // VEDETTE_APP_VERBS_H_
