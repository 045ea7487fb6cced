#ifndef VEDETTE_EXPORTERS_RUNTIME_EXPORTER_H_
#define VEDETTE_EXPORTERS_RUNTIME_EXPORTER_H_

#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"
#include "exporters/runtime/exposer.h"
#include "exporters/runtime/scrape_limits.h"

namespace vedette::exporters {

// What every exporter is made with. All borrowed; outlives the exporter. Only the telemetry may be
// null.
struct Environment {
  base::FileSystem* fs = nullptr;
  base::Clock* clock = nullptr;
  base::Logger* logger = nullptr;
  base::Telemetry* telemetry = nullptr;   // our own counters, on the page too
  std::string metrics_path = "/metrics";  // --web.telemetry-path
  int max_requests = 40;                  // --web.max-requests
  bool exporter_metrics = true;           // process_* and vedette_* of this process on the page
  ScrapeLimits limits;                    // --scrape.*
};

// One exporter: pages, but no server. Owned by app, which hands handler() to an ExporterServer that
// ends first. Thread-safe.
class Exporter {
 public:
  virtual ~Exporter() = default;

  // Borrows this object.
  virtual Handler handler() const = 0;

  // Reads again the files that the flags named (passwords, modules); on an error, which names file
  // and place, all stays as it was.
  virtual base::Status Reload() { return base::Status(); }
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_EXPORTER_H_
