#ifndef VEDETTE_EXPORTERS_POSTGRES_POSTGRES_EXPORTER_H_
#define VEDETTE_EXPORTERS_POSTGRES_POSTGRES_EXPORTER_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "exporters/postgres/libpq.h"
#include "exporters/postgres/options.h"
#include "exporters/postgres/plan.h"
#include "exporters/postgres/probe.h"
#include "exporters/postgres/scraper.h"
#include "exporters/runtime/build_info.h"
#include "exporters/runtime/exporter.h"
#include "exporters/runtime/process_metrics.h"
#include "exporters/runtime/request_limit.h"
#include "exporters/runtime/telemetry_metrics.h"

namespace vedette::exporters::postgres {

// The postgres_exporter release whose metrics these are.
inline constexpr char kUpstreamVersion[] = "0.19.1";
inline constexpr uint16_t kDefaultPort = 9187;

// The PostgreSQL exporter: /metrics of the servers that the flags name, /probe of any. Knows no
// server of HTTP; hand handler() to an ExporterServer, which must end first. libpq is loaded by the
// first scrape that has a server. Thread-safe after Make.
class PostgresExporter final : public Exporter {
 public:
  // Fails on connection strings that are none and on flags that cannot be; names the flag, never a
  // password. Auth modules and custom queries that cannot be read are logged and show on the page.
  static base::StatusOr<std::unique_ptr<PostgresExporter>> Make(PostgresOptions options,
                                                                const Environment& environment);
  PostgresExporter(const PostgresExporter&) = delete;
  PostgresExporter& operator=(const PostgresExporter&) = delete;

  Handler handler() const override;
  // Reads --config.file and --extend.query-path again; each of the two stays as it was where its
  // new content is bad.
  base::Status Reload() override;

 private:
  PostgresExporter(PostgresOptions options, const Environment& environment,
                   std::vector<DataSource> sources);
  base::http::Response Handle(const base::http::Request& request);
  base::http::Response Metrics(const base::http::Request& request);
  base::http::Response Landing() const;
  // What the request asks for; collect[] and exclude[] as all our exporters have them.
  base::StatusOr<Scraper::Request> Order(const base::http::Request& request) const;
  void AddConfigState(FamilySink* sink) const;
  base::Status LoadModules();
  base::Status LoadPlan();
  std::shared_ptr<const Plan> plan() const VEDETTE_EXCLUDES(mutex_);

  const PostgresOptions options_;
  const Environment environment_;
  const RequestLimit limit_;
  const BuildInfoMetric build_info_;
  const ProcessMetrics process_;
  const TelemetryMetrics telemetry_;
  LibPqLoader loader_;
  Resolver resolver_;
  Scraper scraper_;
  Probe probe_;
  std::atomic<bool> modules_loaded_{false};
  std::atomic<double> modules_loaded_at_{0};  // Unix time, seconds
  mutable base::Mutex mutex_;
  std::shared_ptr<const Plan> plan_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_POSTGRES_EXPORTER_H_
