#ifndef VEDETTE_EXPORTERS_REDIS_COMMAND_STATS_H_
#define VEDETTE_EXPORTERS_REDIS_COMMAND_STATS_H_

#include <map>
#include <string>
#include <string_view>

#include "exporters/redis/metric_set.h"
#include "exporters/redis/reply.h"

namespace vedette::exporters::redis {

// What INFO says of each command, and the latencies that need it: Redis tells the distribution in
// one place and the sums in another. One thread; borrows the INFO text it is fed from.
class CommandStats {
 public:
  // A line of the section Commandstats: "cmdstat_get", "calls=21,usec=175,...".
  void AddStats(std::string_view field, std::string_view value, MetricSet* metrics);
  // A line of the section Latencystats: "latency_percentiles_usec_get", "p50=0.001,p99=1.003".
  // Commands without a line in Commandstats have no count and are left out, so feed that first.
  void AddPercentiles(std::string_view field, std::string_view value, MetricSet* metrics) const;
  // The reply to LATENCY HISTOGRAM.
  void AddHistograms(const Reply& reply, MetricSet* metrics) const;

 private:
  struct Total {
    double calls = 0;
    double usec = 0;
  };
  // Microseconds of a command and its subcommands, "config" and "config|get".
  double UsecWithSubcommands(std::string_view command) const;

  std::map<std::string_view, Total> totals_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_COMMAND_STATS_H_
