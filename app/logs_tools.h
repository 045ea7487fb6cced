#ifndef VEDETTE_APP_LOGS_TOOLS_H_
#define VEDETTE_APP_LOGS_TOOLS_H_

#include <string>

#include "base/fs.h"
#include "base/status.h"

namespace CLI {
class App;
}

namespace vedette::app {

// The sub-commands of `vedette logs` that work on a folder, as verbs.h has them: stats and verify,
// backup and restore.
void AddLogsLook(CLI::App* logs, int* exit_code);
void AddLogsVerify(CLI::App* logs, int* exit_code);
void AddLogsCopy(CLI::App* logs, int* exit_code);

// The log store of DIR as people give it, the collector's folder, its logs or a backup.
// InvalidArgument, saying where was looked, when there is none.
base::StatusOr<std::string> FindLogStore(base::FileSystem* fs, const std::string& dir);

// Prints "vedette logs VERB: MESSAGE" and gives the exit code to it: 2 for wrong use, else 1.
int LogsFailure(const std::string& verb, const base::Status& status);

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_TOOLS_H_
