#ifndef VEDETTE_EXPORTERS_REDIS_STREAM_METRICS_H_
#define VEDETTE_EXPORTERS_REDIS_STREAM_METRICS_H_

#include <span>
#include <string>

#include "base/status.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/metric_set.h"

namespace vedette::exporters::redis {

// Shows the streams among `keys` of the database chosen, their groups and (with `consumers`) the
// consumers. Keys that are no streams are passed over. Stops, without an error, when `deadline` is
// near; fails only when the connection does.
base::Status AddStreams(Connection* connection, int database, std::span<const std::string> keys,
                        bool consumers, const Deadline& deadline, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_STREAM_METRICS_H_
