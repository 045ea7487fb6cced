#ifndef VEDETTE_EXPORTERS_REDIS_SENTINEL_METRICS_H_
#define VEDETTE_EXPORTERS_REDIS_SENTINEL_METRICS_H_

#include "base/status.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/metric_set.h"
#include "exporters/redis/options.h"

namespace vedette::exporters::redis {

// Asks a sentinel for its masters, their quorum, replicas and sentinels: two round trips however
// many masters it watches. Fails only when the connection does.
base::Status AddSentinel(Connection* connection, const RedisOptions::Include& include,
                         const Deadline& deadline, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_SENTINEL_METRICS_H_
