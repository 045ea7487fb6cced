#ifndef VEDETTE_EXPORTERS_REDIS_KEY_GROUPS_H_
#define VEDETTE_EXPORTERS_REDIS_KEY_GROUPS_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/metric_set.h"

namespace vedette::exporters::redis {

struct KeyGroupSettings {
  std::vector<std::string> patterns;  // Lua patterns; what they capture names the group
  int64_t batch_size = 1000;
  int64_t max_groups = 100;  // the largest are shown, the others together as "overflow"
};

// Groups all keys of databases 0 to `databases` - 1 by a script that runs in the server, and shows
// how many keys and how much memory each group has. A database that `deadline` does not reach, or
// in which the server refuses the script, is left out. Fails only when the connection does.
base::Status AddKeyGroups(Connection* connection, int databases, const KeyGroupSettings& settings,
                          const Deadline& deadline, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_KEY_GROUPS_H_
