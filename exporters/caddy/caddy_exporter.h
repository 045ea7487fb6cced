#ifndef VEDETTE_EXPORTERS_CADDY_CADDY_EXPORTER_H_
#define VEDETTE_EXPORTERS_CADDY_CADDY_EXPORTER_H_

#include <memory>
#include <stop_token>
#include <thread>

#include "base/status.h"
#include "exporters/caddy/access_logs.h"
#include "exporters/caddy/admin_client.h"
#include "exporters/caddy/collectors.h"
#include "exporters/caddy/config_facts.h"
#include "exporters/caddy/options.h"
#include "exporters/runtime/collector_set.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/exposer.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters::caddy {

// The newest Caddy whose families were compared.
inline constexpr char kCaddyVersion[] = "2.11.4";

// The Caddy exporter: Caddy's own page, with what it does not tell beside it (README.md). The
// process_* families on the page are Caddy's. Knows no server; hand handler() to an ExporterServer,
// which must end first. Thread-safe after Make; a thread of its own follows the access logs.
class CaddyExporter final : public Exporter {
 public:
  // Fails on addresses that are none and on collectors that do not exist, naming the flag.
  static base::StatusOr<std::unique_ptr<CaddyExporter>> Make(CaddyOptions options,
                                                             const Environment& environment);
  ~CaddyExporter() override;
  CaddyExporter(const CaddyExporter&) = delete;
  CaddyExporter& operator=(const CaddyExporter&) = delete;

  Handler handler() const override;

 private:
  CaddyExporter(CaddyOptions options, const Environment& environment);
  base::Status MakeCollectors();
  void MakeExposer();
  void Follow(std::stop_token stop);
  void SaveState();

  const CaddyOptions options_;
  const Environment environment_;
  const TelemetryMetrics telemetry_;
  ConfigWatch config_;
  std::unique_ptr<AdminClient> admin_;
  std::unique_ptr<AccessLogs> access_logs_;  // null where that collector is off
  std::unique_ptr<CollectorSet> collectors_;
  std::unique_ptr<Exposer> exposer_;
  bool save_failing_ = false;  // of the follower's thread
  std::jthread follower_;      // last: joined first
};

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_CADDY_EXPORTER_H_
