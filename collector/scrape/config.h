#ifndef VEDETTE_COLLECTOR_SCRAPE_CONFIG_H_
#define VEDETTE_COLLECTOR_SCRAPE_CONFIG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fs.h"
#include "base/http/client_config.h"
#include "base/status.h"
#include "collector/scrape/discovery/discovery_config.h"
#include "model/exposition/format.h"
#include "model/labels.h"
#include "model/otlp/settings.h"
#include "model/relabel.h"

// prometheus.yml as read. Plain values; nothing here runs.

namespace vedette::scrape {

// 0 is no limit. Over a limit the whole scrape fails; of dropped targets the others are only
// counted.
struct ScrapeLimits {
  uint64_t body_bytes = 0;
  uint64_t samples = 0;
  uint64_t targets = 0;
  uint64_t labels = 0;
  uint64_t label_name_bytes = 0;
  uint64_t label_value_bytes = 0;
  uint64_t dropped_targets = 0;  // keep_dropped_targets
};

// Native histograms, off until asked for as in Prometheus.
struct HistogramConfig {
  bool scrape_native = false;    // scrape_native_histograms
  bool keep_classic = false;     // always_scrape_classic_histograms
  bool convert_classic = false;  // convert_classic_histograms_to_nhcb
  uint64_t bucket_limit = 0;     // native_histogram_bucket_limit; 0 is no limit
  double min_bucket_factor = 0;  // native_histogram_min_bucket_factor
};

// metric_name_validation_scheme and metric_name_escaping_scheme.
struct NameConfig {
  bool legacy_only = false;  // names beyond [a-zA-Z0-9_:] fail the scrape
  // How a target is asked to say names beyond that.
  model::exposition::NameEscaping escaping = model::exposition::NameEscaping::kAllowUtf8;
};

struct JobConfig {
  std::string name;
  int64_t interval_ms = 60'000;
  int64_t timeout_ms = 10'000;
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  std::vector<std::pair<std::string, std::vector<std::string>>> params;
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  bool enable_compression = true;
  bool extra_metrics = false;          // extra_scrape_metrics
  std::string failure_log_file;        // scrape_failure_log_file; empty: none
  std::vector<std::string> protocols;  // names of scrape_protocols, most wanted first
  std::optional<model::exposition::Format> fallback_format;
  ScrapeLimits limits;
  HistogramConfig histograms;
  NameConfig names;
  base::http::ClientConfig http;
  DiscoveryConfig discovery;
  std::vector<model::Relabeler> relabel;
  std::vector<model::Relabeler> metric_relabel;
};

// The `alerting` section: for whoever sends alerts to Alertmanagers elsewhere.
struct AlertmanagerConfig {
  std::string scheme = "http";
  std::string path_prefix;
  int64_t timeout_ms = 10'000;
  DiscoveryConfig discovery;  // static groups alone
};

struct StorageConfig {
  std::optional<int64_t> out_of_order_window_ms;
  std::optional<int64_t> retention_ms;
  std::optional<uint64_t> retention_bytes;
};

// One item of rule_files or scrape_config_files.
struct FilePattern {
  std::string pattern;  // a relative one is joined to the file's folder
  std::string place;    // where it stands, "FILE:LINE:COL: rule_files[0]", for messages
};

// What `global` sets for jobs that do not say otherwise.
struct JobDefaults {
  int64_t interval_ms = 60'000;
  int64_t timeout_ms = 10'000;
  std::vector<std::string> protocols;  // empty: by what is scraped
  ScrapeLimits limits;
  HistogramConfig histograms;
  bool extra_metrics = false;
  std::string failure_log_file;
  // As far as they were said: what is left open depends on the other.
  std::optional<bool> legacy_names;
  std::optional<model::exposition::NameEscaping> escaping;
};

struct Config {
  std::string path;  // of the file, empty for Defaults
  JobDefaults defaults;
  int64_t evaluation_interval_ms = 60'000;
  int64_t rule_query_offset_ms = 0;
  std::vector<std::pair<std::string, std::string>> external_labels;
  std::vector<FilePattern> rule_files;
  std::vector<FilePattern> scrape_config_files;  // their jobs are in `jobs`
  std::vector<std::shared_ptr<const JobConfig>> jobs;
  std::vector<AlertmanagerConfig> alertmanagers;
  std::vector<model::Relabeler> alert_relabel;
  StorageConfig storage;
  std::optional<model::otlp::Settings> otlp;  // where the file has the section
  // With skip_unsupported: what was left out, "FILE:LINE:COL: FIELD: WHY".
  std::vector<std::string> skipped;
};

struct ConfigOptions {
  // Leave out jobs and sections that need what is not supported instead of refusing the file.
  bool skip_unsupported = false;
  // extra_scrape_metrics where the file does not say.
  bool extra_metrics = false;
};

// Reads the text of a prometheus.yml. `path` names it in messages and is what relative paths are
// relative to. InvalidArgument with every problem of the file, one a line. The jobs of
// scrape_config_files are read through `fs`, not at all where it is null.
base::StatusOr<Config> ParseConfig(std::string_view text, const std::string& path,
                                   const ConfigOptions& options = {},
                                   base::FileSystem* fs = nullptr);
base::StatusOr<Config> LoadConfig(base::FileSystem* fs, const std::string& path,
                                  const ConfigOptions& options = {});

// The files that the patterns name now, sorted, each once. '*' and '?' stand in the last part of a
// path only; folders they match are left out. A pattern that names nothing is no error, as
// upstream. InvalidArgument with every pattern that cannot be used and its place, one a line.
base::StatusOr<std::vector<std::string>> ExpandFiles(base::FileSystem* fs,
                                                     const std::vector<FilePattern>& patterns);

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_CONFIG_H_
