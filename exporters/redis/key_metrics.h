#ifndef VEDETTE_EXPORTERS_REDIS_KEY_METRICS_H_
#define VEDETTE_EXPORTERS_REDIS_KEY_METRICS_H_

#include <span>
#include <string>

#include "base/status.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/metric_set.h"
#include "exporters/redis/options.h"

namespace vedette::exporters::redis {

// Shows size, memory and value of `keys` of the database chosen: a few round trips for each couple
// of hundred keys, and no command that a key's type refuses. `named`: the user named these keys
// one by one, so one that does not exist has size 0. Stops, without an error, when `deadline` is
// near; fails only when the connection does.
base::Status AddKeys(Connection* connection, int database, std::span<const std::string> keys,
                     bool named, const RedisOptions::Keys& options, const Deadline& deadline,
                     MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_KEY_METRICS_H_
