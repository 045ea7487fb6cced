#ifndef VEDETTE_EXPORTERS_REDIS_SEARCH_METRICS_H_
#define VEDETTE_EXPORTERS_REDIS_SEARCH_METRICS_H_

#include "base/status.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/metric_set.h"

namespace re2 {
class RE2;
}

namespace vedette::exporters::redis {

// Shows the search indexes (FT._LIST, FT.INFO) whose names match `pattern`. A server without the
// search module adds nothing. Fails only when the connection does.
base::Status AddSearchIndexes(Connection* connection, const re2::RE2& pattern,
                              const Deadline& deadline, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_SEARCH_METRICS_H_
