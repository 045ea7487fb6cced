#ifndef VEDETTE_EXPORTERS_NODE_COLLECTORS_H_
#define VEDETTE_EXPORTERS_NODE_COLLECTORS_H_

#include <memory>
#include <span>

#include "base/clock.h"
#include "base/status.h"
#include "exporters/node/options.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::node {

// What a collector is made of. All borrowed; outlives the collectors.
struct CollectorContext {
  const NodeOptions* options = nullptr;
  const base::Clock* clock = nullptr;
};

using MadeCollector = base::StatusOr<std::unique_ptr<Collector>>;

// One row of the table of all collectors.
struct CollectorSpec {
  const char* name;
  bool default_on;
  MadeCollector (*make)(const CollectorContext&);
};

// Every collector that there is, sorted by name.
std::span<const CollectorSpec> AllCollectors();

// One a file of the same name. They fail on flags that do not go together or are no patterns.
MadeCollector MakeCpu(const CollectorContext& context);
MadeCollector MakeDiskstats(const CollectorContext& context);
MadeCollector MakeFilesystem(const CollectorContext& context);
MadeCollector MakeLoadavg(const CollectorContext& context);
MadeCollector MakeMeminfo(const CollectorContext& context);
MadeCollector MakeNetdev(const CollectorContext& context);
MadeCollector MakePressure(const CollectorContext& context);
MadeCollector MakeProcesses(const CollectorContext& context);
MadeCollector MakeStat(const CollectorContext& context);
MadeCollector MakeTime(const CollectorContext& context);
MadeCollector MakeUname(const CollectorContext& context);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_COLLECTORS_H_
