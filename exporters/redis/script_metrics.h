#ifndef VEDETTE_EXPORTERS_REDIS_SCRIPT_METRICS_H_
#define VEDETTE_EXPORTERS_REDIS_SCRIPT_METRICS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/status.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/metric_set.h"

namespace vedette::exporters::redis {

// A Lua script of the user's.
struct Script {
  std::string path;
  std::string text;
};

// Reads the scripts of --script: paths by commas. Errors name the path.
base::StatusOr<std::vector<Script>> LoadScripts(base::FileSystem* fs, std::string_view paths);

// Runs them in one round trip; each returns names and numbers in turn. A script that fails or
// returns anything else has script_result 0. Fails only when the connection does.
base::Status AddScripts(Connection* connection, const std::vector<Script>& scripts, bool read_only,
                        const Deadline& deadline, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_SCRIPT_METRICS_H_
