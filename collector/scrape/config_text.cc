#include "collector/scrape/config_text.h"

#include <string_view>
#include <vector>

#include "base/config/yaml_writer.h"
#include "base/http/client_config_text.h"
#include "collector/scrape/http_text.h"
#include "collector/scrape/job_reader.h"
#include "model/relabel_yaml.h"

namespace vedette::scrape {
namespace {

using base::config::YamlWriter;

void WriteLimits(const ScrapeLimits& limits, YamlWriter* out) {
  out->BytesIfAny("body_size_limit", limits.body_bytes);
  out->NumberIfAny("sample_limit", limits.samples);
  out->NumberIfAny("target_limit", limits.targets);
  out->NumberIfAny("label_limit", limits.labels);
  out->NumberIfAny("label_name_length_limit", limits.label_name_bytes);
  out->NumberIfAny("label_value_length_limit", limits.label_value_bytes);
  out->NumberIfAny("keep_dropped_targets", limits.dropped_targets);
}

void WriteHistograms(const HistogramConfig& histograms, YamlWriter* out) {
  out->Bool("scrape_native_histograms", histograms.scrape_native);
  out->Bool("always_scrape_classic_histograms", histograms.keep_classic);
  out->Bool("convert_classic_histograms_to_nhcb", histograms.convert_classic);
}

void WriteHistogramLimits(const HistogramConfig& histograms, YamlWriter* out) {
  out->NumberIfAny("native_histogram_bucket_limit", histograms.bucket_limit);
  if (histograms.min_bucket_factor != 0) {
    out->Double("native_histogram_min_bucket_factor", histograms.min_bucket_factor);
  }
}

void WriteNames(const NameConfig& names, YamlWriter* out) {
  out->Raw("metric_name_validation_scheme", names.legacy_only ? "legacy" : "utf8");
  out->Raw("metric_name_escaping_scheme", NameEscapingText(names.escaping));
}

std::string_view ProtocolName(model::exposition::Format format) {
  switch (format) {
    case model::exposition::Format::kProtobuf:
      return "PrometheusProto";
    case model::exposition::Format::kOpenMetrics:
      return "OpenMetricsText1.0.0";
    case model::exposition::Format::kText:
      break;
  }
  return "PrometheusText0.0.4";
}

void WriteJob(const JobConfig& job, YamlWriter* out) {
  out->Item();
  out->Text("job_name", job.name);
  if (job.honor_labels) out->Bool("honor_labels", true);
  out->Bool("honor_timestamps", job.honor_timestamps);
  out->Bool("track_timestamps_staleness", job.track_timestamps_staleness);
  out->Lists("params", job.params);
  out->Duration("scrape_interval", job.interval_ms);
  out->Duration("scrape_timeout", job.timeout_ms);
  out->List("scrape_protocols", job.protocols);
  if (job.fallback_format) out->Raw("fallback_scrape_protocol", ProtocolName(*job.fallback_format));
  WriteHistograms(job.histograms, out);
  out->TextIfAny("scrape_failure_log_file", job.failure_log_file);
  if (job.extra_metrics) out->Bool("extra_scrape_metrics", true);
  out->Text("metrics_path", job.metrics_path);
  out->Text("scheme", job.scheme);
  out->Bool("enable_compression", job.enable_compression);
  WriteLimits(job.limits, out);
  WriteHistogramLimits(job.histograms, out);
  WriteNames(job.names, out);
  base::http::WriteClientConfig(job.http, out);
  model::WriteRelabelRules("relabel_configs", job.relabel, out);
  model::WriteRelabelRules("metric_relabel_configs", job.metric_relabel, out);
  WriteDiscoveries(job.discovery, out);
  out->End();
}

void WriteGlobal(const Config& config, YamlWriter* out) {
  out->Map("global").Duration("scrape_interval", config.defaults.interval_ms);
  out->Duration("scrape_timeout", config.defaults.timeout_ms);
  const JobDefaults& defaults = config.defaults;
  out->List("scrape_protocols", defaults.protocols.empty() ? DefaultProtocols(defaults.histograms)
                                                           : defaults.protocols);
  out->Duration("evaluation_interval", config.evaluation_interval_ms);
  if (config.rule_query_offset_ms != 0) {
    out->Duration("rule_query_offset", config.rule_query_offset_ms);
  }
  out->Pairs("external_labels", config.external_labels);
  out->TextIfAny("scrape_failure_log_file", defaults.failure_log_file);
  if (defaults.extra_metrics) out->Bool("extra_scrape_metrics", true);
  WriteLimits(defaults.limits, out);
  WriteHistogramLimits(defaults.histograms, out);
  WriteNames(NamesInForce(defaults.legacy_names, defaults.escaping), out);
  out->Bool("scrape_native_histograms", defaults.histograms.scrape_native);
  out->Bool("convert_classic_histograms_to_nhcb", defaults.histograms.convert_classic);
  out->Bool("always_scrape_classic_histograms", defaults.histograms.keep_classic);
  out->End();
}

void WriteAlerting(const Config& config, YamlWriter* out) {
  if (config.alertmanagers.empty() && config.alert_relabel.empty()) return;
  out->Map("alerting");
  model::WriteRelabelRules("alert_relabel_configs", config.alert_relabel, out);
  if (!config.alertmanagers.empty()) out->Items("alertmanagers");
  for (const AlertmanagerConfig& alertmanager : config.alertmanagers) {
    out->Item();
    out->Text("scheme", alertmanager.scheme);
    out->TextIfAny("path_prefix", alertmanager.path_prefix);
    out->Duration("timeout", alertmanager.timeout_ms);
    out->Raw("api_version", "v2");
    WriteDiscoveries(alertmanager.discovery, out);
    out->End();
  }
  out->End();
}

void WritePatterns(std::string_view key, const std::vector<FilePattern>& files, YamlWriter* out) {
  if (files.empty()) return;
  std::vector<std::string> patterns;
  for (const FilePattern& file : files) patterns.push_back(file.pattern);
  out->List(key, patterns);
}

void WriteStorage(const StorageConfig& storage, YamlWriter* out) {
  const bool retention = storage.retention_ms || storage.retention_bytes;
  if (!storage.out_of_order_window_ms && !retention) return;
  out->Map("storage").Map("tsdb");
  if (storage.out_of_order_window_ms) {
    out->Duration("out_of_order_time_window", *storage.out_of_order_window_ms);
  }
  if (retention) {
    out->Map("retention");
    if (storage.retention_ms) out->Duration("time", *storage.retention_ms);
    out->BytesIfAny("size", storage.retention_bytes.value_or(0));
    out->End();
  }
  out->End();
  out->End();
}

}  // namespace

std::string ConfigText(const Config& config) {
  YamlWriter out;
  WriteGlobal(config, &out);
  WriteAlerting(config, &out);
  WritePatterns("rule_files", config.rule_files, &out);
  WritePatterns("scrape_config_files", config.scrape_config_files, &out);
  if (!config.jobs.empty()) out.Items("scrape_configs");
  for (const auto& job : config.jobs) WriteJob(*job, &out);
  WriteStorage(config.storage, &out);
  return out.Take();
}

}  // namespace vedette::scrape
