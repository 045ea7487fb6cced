#ifndef VEDETTE_EXPORTERS_REDIS_CONFIG_METRICS_H_
#define VEDETTE_EXPORTERS_REDIS_CONFIG_METRICS_H_

#include <optional>
#include <string>

#include "exporters/redis/metric_set.h"
#include "exporters/redis/options.h"
#include "exporters/redis/reply.h"

namespace vedette::exporters::redis {

// What the configuration says that other parts need. A plain value.
struct ConfigFacts {
  std::optional<int> databases;
  std::string rdb_path;  // empty where it is not told
};

// The reply to CONFIG GET *; an error reply adds nothing.
ConfigFacts AddConfig(const Reply& reply, const RedisOptions::Include& include, MetricSet* metrics);

// The reply to SENTINEL CONFIG GET *.
void AddSentinelConfig(const Reply& reply, bool redact, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_CONFIG_METRICS_H_
