#include "app/collector_options.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "app/byte_size.h"
#include "base/strings.h"
#include "model/log_level.h"

namespace vedette::app {
namespace {

base::Status BadFlag(std::string_view flag, std::string_view found, std::string_view allowed) {
  return base::InvalidArgument(
      base::Concat({flag, ": found ", base::GoQuote(found), "; allowed: ", allowed}));
}

base::StatusOr<int64_t> RetentionMs(std::string_view flag, const std::string& text) {
  const std::optional<int64_t> ms = base::ParseDurationMs(text);
  if (!ms || *ms <= 0) return BadFlag(flag, text, "a duration above zero such as 90d or 12h");
  return *ms;
}

}  // namespace

base::StatusOr<Parts> ParseParts(const std::string& text) {
  Parts parts{false, false, false, false};
  for (const std::string_view name : base::Split(text, ',')) {
    if (name == "tsdb") {
      parts.tsdb = true;
    } else if (name == "logs") {
      parts.logs = true;
    } else if (name == "rules") {
      parts.rules = true;
    } else if (name == "alertmanager") {
      parts.alertmanager = true;
    } else {
      return BadFlag("--collector.parts", name, "a list of tsdb, logs, rules, alertmanager");
    }
  }
  if (parts.rules && !parts.tsdb) {
    return base::InvalidArgument("--collector.parts: rules need tsdb, which is not in the list");
  }
  return parts;
}

CollectorFlags::CollectorFlags(CLI::App* verb) {
  verb->add_option("--config.file", options_.config_file,
                   "Prometheus configuration file; without one this host's agent and the collector "
                   "itself are scraped");
  verb->add_option("--alertmanager.config.file", options_.alertmanager_config_file,
                   "Alertmanager configuration file; without one the built-in routes apply");
  verb->add_flag("--config.skip-unsupported", options_.skip_unsupported,
                 "Leave out what is not supported in the files instead of refusing to start");
  verb->add_option("--storage.tsdb.path", options_.storage_path, "Folder of all data")
      ->capture_default_str();
  verb->add_option("--storage.tsdb.retention.time", metrics_retention_, "How long metrics are kept")
      ->capture_default_str();
  verb->add_option("--storage.tsdb.retention.size", metrics_size_,
                   "How large the metrics' folder may be, everything in it counted (512MB, 1.5GB); "
                   "0: no limit")
      ->capture_default_str();
  verb->add_option("--storage.tsdb.min-block-duration", metrics_flush_,
                   "How long samples stay in memory and log before they become a part")
      ->capture_default_str();
  verb->add_option("--storage.logs.retention.time", logs_retention_, "How long logs are kept")
      ->capture_default_str();
  verb->add_option("--logs.default-level", options_.logs_default_level,
                   "detected_level of a pushed line that tells none")
      ->capture_default_str();
  verb->add_option("--web.listen-address", listen_,
                   "Address to listen on, repeatable; replaces 127.0.0.1:9090, :3100 and :9093");
  verb->add_option("--web.config.file", options_.web_config_file,
                   "Web configuration file: TLS, basic auth, tokens");
  verb->add_option("--web.allow-plaintext", allow_plaintext_,
                   "Ranges (CIDR,CIDR) that may read and push without TLS and credentials");
  verb->add_option("--web.external-url", options_.external_url,
                   "The URL under which people reach the collector; for links in alerts");
  verb->add_flag("--web.enable-remote-write-receiver", options_.remote_write_receiver,
                 "Accept remote write on /api/v1/write");
  verb->add_flag("--web.enable-admin-api", options_.admin_api,
                 "Answer deletions and snapshots on /api/v1/admin/tsdb/");
  options_.features.AddTo(verb);
  verb->add_option("--collector.parts", parts_, "Which parts run")->capture_default_str();
  verb->add_option("--log.level", log_level_, "debug, info, warn or error")->capture_default_str();
}

base::StatusOr<CollectorOptions> CollectorFlags::Check() const {
  CollectorOptions options = options_;
  VEDETTE_ASSIGN_OR_RETURN(options.parts, ParseParts(parts_));
  VEDETTE_ASSIGN_OR_RETURN(options.metrics_retention_ms,
                           RetentionMs("--storage.tsdb.retention.time", metrics_retention_));
  const std::optional<uint64_t> size = ParseByteSize(metrics_size_);
  if (!size) {
    return BadFlag("--storage.tsdb.retention.size", metrics_size_,
                   "a size such as 512MB or 1.5GB, units B, KB, MB, GB, TB, PB, EB");
  }
  options.metrics_retention_bytes = *size;
  VEDETTE_ASSIGN_OR_RETURN(options.metrics_flush_ms,
                           RetentionMs("--storage.tsdb.min-block-duration", metrics_flush_));
  VEDETTE_ASSIGN_OR_RETURN(options.logs_retention_ms,
                           RetentionMs("--storage.logs.retention.time", logs_retention_));
  const std::string& level = options.logs_default_level;
  if (level != "unknown" && (level.empty() || model::NormaliseLevel(level) != level)) {
    return BadFlag("--logs.default-level", level,
                   "unknown, trace, debug, info, warn, error, critical, fatal");
  }
  if (!base::ParseLogLevel(log_level_, &options.log_level)) {
    return BadFlag("--log.level", log_level_, "debug, info, warn, error");
  }
  if (!options.external_url.empty() && !base::StartsWith(options.external_url, "http://") &&
      !base::StartsWith(options.external_url, "https://")) {
    return BadFlag("--web.external-url", options.external_url, "http://HOST or https://HOST");
  }
  if (!listen_.empty()) options.listen = listen_;
  if (!allow_plaintext_.empty()) {
    for (const std::string_view cidr : base::Split(allow_plaintext_, ',')) {
      options.allow_plaintext.emplace_back(cidr);
    }
  }
  return options;
}

}  // namespace vedette::app
