#ifndef VEDETTE_EXPORTERS_CADDY_COLLECTORS_H_
#define VEDETTE_EXPORTERS_CADDY_COLLECTORS_H_

#include <memory>
#include <span>

#include "base/clock.h"
#include "base/fs.h"
#include "base/status.h"
#include "exporters/caddy/access_logs.h"
#include "exporters/caddy/admin_client.h"
#include "exporters/caddy/config_facts.h"
#include "exporters/caddy/options.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::caddy {

// What a collector may be made of. All borrowed; outlives the collectors.
struct CollectorContext {
  const CaddyOptions* options = nullptr;
  AdminClient* admin = nullptr;
  ConfigWatch* config = nullptr;
  AccessLogs* access_logs = nullptr;
  base::FileSystem* fs = nullptr;
  base::Clock* clock = nullptr;
};

using MadeCollector = base::StatusOr<std::unique_ptr<Collector>>;

struct CollectorSpec {
  const char* name;
  const char* help;
  MadeCollector (*make)(const CollectorContext& context);
};

// The table of all of them, in the order in which they run: metrics and config first, the others
// use what these learned.
std::span<const CollectorSpec> AllCollectors();

// One file each: metrics_collector.cc ...
MadeCollector MakeMetrics(const CollectorContext& context);
MadeCollector MakeConfig(const CollectorContext& context);
MadeCollector MakeUpstreams(const CollectorContext& context);
MadeCollector MakeCertificates(const CollectorContext& context);
MadeCollector MakeAccessLog(const CollectorContext& context);

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_COLLECTORS_H_
