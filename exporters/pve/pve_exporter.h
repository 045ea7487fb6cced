#ifndef VEDETTE_EXPORTERS_PVE_PVE_EXPORTER_H_
#define VEDETTE_EXPORTERS_PVE_PVE_EXPORTER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "base/http/message.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/thread_pool.h"
#include "exporters/pve/answers.h"
#include "exporters/pve/collectors.h"
#include "exporters/pve/options.h"
#include "exporters/pve/request_metrics.h"
#include "exporters/pve/target_pool.h"
#include "exporters/runtime/collector_set.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/exposer.h"
#include "exporters/runtime/failure_log.h"
#include "exporters/runtime/process_metrics.h"
#include "exporters/runtime/request_limit.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters::pve {

// The pve-exporter release whose metrics these are.
inline constexpr char kUpstreamVersion[] = "3.10.0";
// Where a target is scraped; the metrics path tells of the exporter itself.
inline constexpr char kTargetPath[] = "/pve";

// The Proxmox VE exporter: /pve?target=&module=&cluster=&node= asks the API of a target. A call
// that fails costs its own data: pve_scrape_collector_success tells which collector lacks some,
// pve_target_up whether anything was answered. Knows no server; hand handler() to an
// ExporterServer, which must end first. Thread-safe after Make.
class PveExporter final : public Exporter {
 public:
  // Fails on a configuration file that is missing or wrong (every problem with its line), and on
  // collectors that do not exist.
  static base::StatusOr<std::unique_ptr<PveExporter>> Make(PveOptions options,
                                                           const Environment& environment);
  PveExporter(const PveExporter&) = delete;
  PveExporter& operator=(const PveExporter&) = delete;

  Handler handler() const override;
  // Reads the configuration file again; kept tickets and connections go with the old one.
  base::Status Reload() override VEDETTE_EXCLUDES(mutex_);

 private:
  struct ScrapeRequest {
    std::string module;
    std::string target;
    bool cluster = true;
    bool node = true;
  };

  PveExporter(PveOptions options, const Environment& environment);
  void MakeExposer(const Environment& environment);
  std::shared_ptr<TargetPool> Targets() const VEDETTE_EXCLUDES(mutex_);
  bool IsOn(const CollectorSpec& spec, const ScrapeRequest& request) const;
  base::http::Response HandleTarget(const base::http::Request& request) const;
  base::http::Response Scrape(const base::http::Request& request, const ScrapeRequest& what,
                              Session* session) const;
  bool Collect(const ScrapeRequest& what, const Answers& answers, int64_t fetch_nanos,
               FamilySink* sink) const;

  const PveOptions options_;
  const Environment environment_;
  const RequestLimit limit_;
  const ProcessMetrics process_;
  const TelemetryMetrics telemetry_;
  const CollectorSet no_collectors_;
  mutable RequestMetrics requests_;
  mutable FailureLog failures_;
  // Helpers of the scrapes under way; each scrape also works on its own thread.
  mutable base::ThreadPool pool_;
  std::unique_ptr<Exposer> exposer_;
  mutable base::Mutex mutex_;
  std::shared_ptr<TargetPool> targets_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_PVE_EXPORTER_H_
