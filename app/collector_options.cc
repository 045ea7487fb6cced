#include "app/collector_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "app/byte_size.h"
#include "base/http/cors.h"
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
  if (!ms || *ms <= 0) return BadFlag(flag, text, "a duration above zero and up to 292y such as 90d or 12h");
  return *ms;
}

// Every flag of the verb with its value, given or default.
std::vector<std::pair<std::string, std::string>> OptionFlags(const CLI::App& verb) {
  std::vector<std::pair<std::string, std::string>> flags;
  for (const CLI::Option* option : verb.get_options()) {
    if (option == verb.get_help_ptr() || option->get_lnames().empty()) continue;
    std::string value = base::Join(option->results(), ",");
    if (value.empty()) value = option->get_default_str();
    const bool is_switch = option->get_items_expected_max() == 0;
    if (value.empty() && is_switch) value = "false";
    flags.emplace_back(option->get_lnames().front(), std::move(value));
  }
  std::sort(flags.begin(), flags.end());
  return flags;
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

void CollectorFlags::AddQueries(CLI::App* verb) {
  verb->add_flag("--web.enable-lifecycle", options_.lifecycle,
                 "Reload and quit by POST to /-/reload and /-/quit");
  verb->add_option("--web.cors.origin", options_.cors_origin,
                   "Regular expression of the origins whose web pages may read answers, matched "
                   "whole: 'https?://(domain1|domain2)\\.com'")
      ->capture_default_str();
  verb->add_option("--web.max-connections", options_.max_connections, "Connections at once")
      ->capture_default_str();
  verb->add_option("--query.timeout", query_timeout_, "How long a query may take")
      ->capture_default_str();
  verb->add_option("--query.max-concurrency", options_.query_concurrency,
                   "Queries that are evaluated at once")
      ->capture_default_str();
  verb->add_option("--query.max-samples", options_.query_max_samples,
                   "Samples that one query may hold in memory, where that is less than its share; "
                   "refuses nothing that Prometheus lets pass, up to one series' samples")
      ->capture_default_str();
  verb->add_option("--query.lookback-delta", query_lookback_,
                   "How far back the newest sample of a series may lie")
      ->capture_default_str();
  verb->add_option(
      "--query.cache-bytes", query_cache_,
      "Memory for answers of range queries, kept for when they are asked again (64MB); "
      "0: none. An eighth of what queries may hold unless given, half of it at most");
}

void CollectorFlags::AddAgents(CLI::App* verb) {
  verb->add_option("--agents.silent-after", agents_silent_,
                   "How long a host whose agent announced itself may be silent before its targets "
                   "are down")
      ->capture_default_str();
  verb->add_option("--agents.forget-after", agents_forget_,
                   "How long it may be silent before it is forgotten")
      ->capture_default_str();
  verb->add_option("--agents.allow-address", agents_allowed_,
                   "Ranges (CIDR,CIDR) of addresses that agents may name; otherwise they are "
                   "scraped where they announce themselves from");
}

CollectorFlags::CollectorFlags(CLI::App* verb) : verb_(verb) {
  AddQueries(verb);
  AddAgents(verb);
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
  verb->add_option("--storage.logs.retention.size", logs_size_,
                   "How large the parts of logs may be; the oldest go first (512MB, 1.5GB); "
                   "0: no limit")
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
  verb->add_flag("--web.enable-otlp-receiver", options_.otlp_receiver,
                 "Accept OTLP metrics on /api/v1/otlp/v1/metrics");
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
  const std::optional<uint64_t> logs_size = ParseByteSize(logs_size_);
  if (!logs_size) {
    return BadFlag("--storage.logs.retention.size", logs_size_,
                   "a size such as 512MB or 1.5GB, units B, KB, MB, GB, TB, PB, EB");
  }
  options.logs_retention_bytes = *logs_size;
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
  VEDETTE_RETURN_IF_ERROR(CheckQueries(&options));
  VEDETTE_RETURN_IF_ERROR(CheckAgents(&options));
  VEDETTE_RETURN_IF_ERROR(options.features.CheckSupported());
  options.flags = OptionFlags(*verb_);
  if (!listen_.empty()) options.listen = listen_;
  if (!allow_plaintext_.empty()) {
    for (const std::string_view cidr : base::Split(allow_plaintext_, ',')) {
      options.allow_plaintext.emplace_back(cidr);
    }
  }
  return options;
}

base::Status CollectorFlags::CheckAgents(CollectorOptions* options) const {
  VEDETTE_ASSIGN_OR_RETURN(options->agents_silent_ms,
                           RetentionMs("--agents.silent-after", agents_silent_));
  VEDETTE_ASSIGN_OR_RETURN(options->agents_forget_ms,
                           RetentionMs("--agents.forget-after", agents_forget_));
  if (options->agents_forget_ms <= options->agents_silent_ms) {
    return BadFlag("--agents.forget-after", agents_forget_, "more than --agents.silent-after");
  }
  if (agents_allowed_.empty()) return {};
  for (const std::string_view cidr : base::Split(agents_allowed_, ',')) {
    const auto range = base::http::IpRange::Parse(cidr);
    VEDETTE_RETURN_IF_ERROR(base::Annotate(range.status(), "--agents.allow-address"));
    options->agents_allowed.push_back(*range);
  }
  return {};
}

base::Status CollectorFlags::CheckQueries(CollectorOptions* options) const {
  VEDETTE_ASSIGN_OR_RETURN(options->query_timeout_ms,
                           RetentionMs("--query.timeout", query_timeout_));
  VEDETTE_ASSIGN_OR_RETURN(options->query_lookback_ms,
                           RetentionMs("--query.lookback-delta", query_lookback_));
  if (!query_cache_.empty()) {
    options->query_cache_bytes = ParseByteSize(query_cache_);
    if (!options->query_cache_bytes) {
      return BadFlag("--query.cache-bytes", query_cache_,
                     "a size such as 64MB or 1GB, units B, KB, MB, GB, TB, PB, EB, or 0");
    }
  }
  const auto number = [](std::string_view flag, int64_t found, int64_t most) {
    if (found > 0 && found <= most) return base::Status();
    return BadFlag(flag, std::to_string(found),
                   base::Concat({"a number from 1 to ", std::to_string(most)}));
  };
  VEDETTE_RETURN_IF_ERROR(number("--query.max-concurrency", options->query_concurrency, 1000));
  VEDETTE_RETURN_IF_ERROR(number("--query.max-samples", options->query_max_samples, INT64_MAX));
  VEDETTE_RETURN_IF_ERROR(number("--web.max-connections", options->max_connections, 100'000));
  return base::Annotate(base::http::CorsPolicy::Make(options->cors_origin).status(),
                        "--web.cors.origin");
}

}  // namespace vedette::app
