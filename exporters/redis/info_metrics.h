#ifndef VEDETTE_EXPORTERS_REDIS_INFO_METRICS_H_
#define VEDETTE_EXPORTERS_REDIS_INFO_METRICS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "exporters/redis/command_stats.h"
#include "exporters/redis/metric_set.h"

namespace vedette::exporters::redis {

// What is to be known before INFO is read.
struct InfoOptions {
  int databases = 16;           // of the configuration; those without keys are shown as empty
  bool empty_databases = true;  // or not shown
  bool system = false;
  int64_t now_s = 0;  // wall clock
};

// What INFO says that decides what else is asked. A plain value.
struct InfoFacts {
  std::string role;  // "master", "slave"; empty of a sentinel
  bool is_cluster = false;
  bool is_sentinel = false;
};

// The reply to INFO ALL as metrics; `stats` takes what LATENCY HISTOGRAM will need and borrows the
// text.
InfoFacts AddInfo(std::string_view text, const InfoOptions& options, CommandStats* stats,
                  MetricSet* metrics);

// Whether INFO says that the server is part of a cluster.
bool SaysCluster(std::string_view text);

// The reply to CLUSTER INFO.
void AddClusterInfo(std::string_view text, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_INFO_METRICS_H_
