#ifndef VEDETTE_COLLECTOR_SCRAPE_TARGET_H_
#define VEDETTE_COLLECTOR_SCRAPE_TARGET_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "collector/scrape/config.h"
#include "model/labels.h"

namespace vedette::scrape {

// One endpoint to scrape, after relabelling. Immutable.
struct Target {
  std::shared_ptr<const JobConfig> job;
  model::Labels labels;      // what its samples carry: job, instance ...
  model::Labels discovered;  // before relabelling, with __address__ and the rest
  std::string url;
  int64_t interval_ms = 0;
  int64_t timeout_ms = 0;
  std::string refused;  // not empty: never scraped, and why (target_limit, a silent agent)

  // Equal keys are the same target across a reload: it keeps its cache and its place in time.
  std::string Key() const;
};

struct JobTargets {
  std::vector<Target> active;  // each key once, in the order written
  // Discovered labels of those relabelling dropped, as many as keep_dropped_targets lets.
  std::vector<model::Labels> dropped;
  uint64_t dropped_count = 0;
  std::vector<std::string> errors;  // targets that came out unusable, and why
};

// The targets of the groups, relabelled. Over target_limit all are refused.
JobTargets BuildTargets(const std::shared_ptr<const JobConfig>& job,
                        std::span<const TargetGroup> groups);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_TARGET_H_
