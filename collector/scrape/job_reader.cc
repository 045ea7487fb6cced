#include "collector/scrape/job_reader.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/strings.h"
#include "collector/scrape/discovery/discovery_reader.h"
#include "model/relabel_yaml.h"

namespace vedette::scrape {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;
using model::exposition::NameEscaping;

// Without scrape_protocols: native histograms come by protobuf alone.
constexpr std::array<std::string_view, 5> kProtocols = {
    "PrometheusProto", "OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0",
    "PrometheusText0.0.4"};

void ReadLimit(MapReader* map, std::string_view key, uint64_t* limit) {
  int64_t value = 0;
  if (map->Int(key, 0, std::numeric_limits<int64_t>::max(), &value)) {
    *limit = static_cast<uint64_t>(value);
  }
}

bool IsKnownProtocol(std::string_view protocol) {
  return model::exposition::FormatOfProtocol(protocol).has_value();
}

constexpr std::string_view kProtocolsAllowed =
    "allowed: OpenMetricsText0.0.1, OpenMetricsText1.0.0, PrometheusProto, PrometheusText0.0.4, "
    "PrometheusText1.0.0";

void ReadFallback(MapReader* map, JobConfig* job) {
  std::string protocol;
  if (!map->String("fallback_scrape_protocol", &protocol)) return;
  const Node& node = *map->node().Find("fallback_scrape_protocol");
  if (!IsKnownProtocol(protocol)) {
    map->problems()->Add(
        node, map->field() + ".fallback_scrape_protocol",
        base::Concat({"unknown scrape protocol ", protocol, "; ", kProtocolsAllowed}));
    return;
  }
  job->fallback_format = model::exposition::FormatOfProtocol(protocol);
}

void ReadTiming(MapReader* map, const JobDefaults& defaults, JobConfig* job) {
  job->interval_ms = defaults.interval_ms;
  map->Duration("scrape_interval", &job->interval_ms);
  if (job->interval_ms == 0) job->interval_ms = defaults.interval_ms;
  job->timeout_ms = std::min(defaults.timeout_ms, job->interval_ms);
  const bool explicit_timeout = map->Duration("scrape_timeout", &job->timeout_ms);
  if (job->timeout_ms == 0) job->timeout_ms = std::min(defaults.timeout_ms, job->interval_ms);
  if (explicit_timeout && job->timeout_ms > job->interval_ms) {
    map->problems()->Add(*map->node().Find("scrape_timeout"), map->field() + ".scrape_timeout",
                         "scrape timeout greater than scrape interval");
  }
}

void ReadParams(MapReader* map, JobConfig* job) {
  map->Child("params", [map, job](const Node& node, const std::string& field) {
    MapReader params(node, field, map->problems());
    for (const auto& [name, value] : node.entries) {
      params.StringList(name, &job->params.emplace_back(name, std::vector<std::string>()).second);
    }
    params.Finish();
  });
}

void ReadScheme(MapReader* map, JobConfig* job) {
  if (!map->String("scheme", &job->scheme)) return;
  if (job->scheme == "http" || job->scheme == "https") return;
  map->problems()->Add(
      *map->node().Find("scheme"), map->field() + ".scheme",
      base::Concat({"found ", base::GoQuote(job->scheme), "; allowed: http, https"}));
}

}  // namespace

void ReadLimits(MapReader* map, ScrapeLimits* limits) {
  map->Bytes("body_size_limit", &limits->body_bytes);
  ReadLimit(map, "sample_limit", &limits->samples);
  ReadLimit(map, "target_limit", &limits->targets);
  ReadLimit(map, "label_limit", &limits->labels);
  ReadLimit(map, "label_name_length_limit", &limits->label_name_bytes);
  ReadLimit(map, "label_value_length_limit", &limits->label_value_bytes);
  ReadLimit(map, "keep_dropped_targets", &limits->dropped_targets);
}

void ReadProtocols(MapReader* map, std::vector<std::string>* protocols) {
  std::vector<std::string> given;
  if (!map->StringList("scrape_protocols", &given)) return;
  const Node& node = *map->node().Find("scrape_protocols");
  const std::string field = map->field() + ".scrape_protocols";
  for (size_t i = 0; i < given.size(); ++i) {
    if (!IsKnownProtocol(given[i])) {
      map->problems()->Add(
          node, field,
          base::Concat({"unknown scrape protocol ", given[i], "; ", kProtocolsAllowed}));
    }
    const auto at = given.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(given.begin(), at, given[i]) != at) {
      map->problems()->Add(node, field, base::Concat({"duplicated protocol ", given[i]}));
    }
  }
  *protocols = std::move(given);
}

std::vector<std::string> DefaultProtocols(const HistogramConfig& histograms) {
  const size_t left_out = histograms.scrape_native ? 0 : 1;
  return {kProtocols.begin() + left_out, kProtocols.end()};
}

void ReadHistograms(MapReader* map, HistogramConfig* histograms) {
  map->Bool("scrape_native_histograms", &histograms->scrape_native);
  map->Bool("always_scrape_classic_histograms", &histograms->keep_classic);
  map->Bool("convert_classic_histograms_to_nhcb", &histograms->convert_classic);
  ReadLimit(map, "native_histogram_bucket_limit", &histograms->bucket_limit);
  map->Double("native_histogram_min_bucket_factor", &histograms->min_bucket_factor);
}

void ReadNames(MapReader* map, std::optional<bool>* legacy_only,
               std::optional<NameEscaping>* escaping) {
  std::string scheme;
  map->String("metric_name_validation_scheme", &scheme);
  if (scheme == "legacy" || scheme == "utf8") {
    *legacy_only = scheme == "legacy";
  } else if (!scheme.empty()) {
    map->problems()->Add(
        *map->node().Find("metric_name_validation_scheme"),
        map->field() + ".metric_name_validation_scheme",
        base::Concat({"found ", base::GoQuote(scheme), "; allowed: utf8, legacy"}));
  }
  std::string text;
  map->String("metric_name_escaping_scheme", &text);
  if (text.empty()) return;
  *escaping = model::exposition::NameEscapingOf(text);
  if (*escaping) return;
  map->problems()->Add(*map->node().Find("metric_name_escaping_scheme"),
                       map->field() + ".metric_name_escaping_scheme",
                       base::Concat({"found ", base::GoQuote(text),
                                     "; allowed: allow-utf-8, underscores, dots, values"}));
}

NameConfig NamesInForce(std::optional<bool> legacy_only, std::optional<NameEscaping> escaping) {
  const bool legacy = legacy_only.value_or(false);
  return {legacy,
          escaping.value_or(legacy ? NameEscaping::kUnderscores : NameEscaping::kAllowUtf8)};
}

namespace {

void ReadJobNames(MapReader* map, const JobDefaults& defaults, JobConfig* job) {
  std::optional<bool> legacy = defaults.legacy_names;
  std::optional<NameEscaping> escaping = defaults.escaping;
  ReadNames(map, &legacy, &escaping);
  job->names = NamesInForce(legacy, escaping);
  if (!job->names.legacy_only || job->names.escaping != NameEscaping::kAllowUtf8) return;
  map->problems()->Add(map->node(), map->field() + ".metric_name_escaping_scheme",
                       "allow-utf-8 with metric_name_validation_scheme legacy; allowed with it: "
                       "underscores, dots, values");
}

// A limit of 0 in a job is none of its own, as upstream.
void TakeDefaults(const ScrapeLimits& defaults, ScrapeLimits* limits) {
  for (uint64_t ScrapeLimits::*limit :
       {&ScrapeLimits::body_bytes, &ScrapeLimits::samples, &ScrapeLimits::targets,
        &ScrapeLimits::labels, &ScrapeLimits::label_name_bytes, &ScrapeLimits::label_value_bytes,
        &ScrapeLimits::dropped_targets}) {
    if (limits->*limit == 0) limits->*limit = defaults.*limit;
  }
}

// Hosts that announce themselves must not send the collector elsewhere.
void ForbidRedirects(MapReader* map, JobConfig* job) {
  const Node* node = map->node().Find("follow_redirects");
  if (node != nullptr && job->http.follow_redirects) {
    map->problems()->Add(*node, map->field() + ".follow_redirects",
                         "found true; allowed with agent_sd_configs: false");
  }
  job->http.follow_redirects = false;
}

void ReadJobProtocols(MapReader* map, const JobDefaults& defaults, JobConfig* job) {
  job->protocols = defaults.protocols;
  ReadProtocols(map, &job->protocols);
  if (job->protocols.empty()) job->protocols = DefaultProtocols(job->histograms);
}

}  // namespace

JobConfig ReadJob(const Node& node, const std::string& field, const std::string& config_path,
                  const JobDefaults& defaults, ConfigProblems* problems) {
  JobConfig job;
  if (node.kind == Node::Kind::kNull) {
    problems->mistakes.Add(node, field, "empty or null scrape config section");
    return job;
  }
  MapReader map(node, field, &problems->mistakes);
  map.String("job_name", &job.name);
  if (job.name.empty()) problems->mistakes.Add(node, field + ".job_name", "job_name is empty");
  ReadTiming(&map, defaults, &job);
  map.String("metrics_path", &job.metrics_path);
  ReadScheme(&map, &job);
  ReadParams(&map, &job);
  map.Bool("honor_labels", &job.honor_labels);
  map.Bool("honor_timestamps", &job.honor_timestamps);
  map.Bool("track_timestamps_staleness", &job.track_timestamps_staleness);
  map.Bool("enable_compression", &job.enable_compression);
  job.extra_metrics = defaults.extra_metrics;
  map.Bool("extra_scrape_metrics", &job.extra_metrics);
  job.failure_log_file = defaults.failure_log_file;
  if (map.String("scrape_failure_log_file", &job.failure_log_file)) {
    job.failure_log_file = base::http::BesideConfig(config_path, job.failure_log_file);
  }
  job.histograms = defaults.histograms;
  ReadHistograms(&map, &job.histograms);
  ReadJobNames(&map, defaults, &job);
  ReadJobProtocols(&map, defaults, &job);
  ReadFallback(&map, &job);
  ReadLimits(&map, &job.limits);
  TakeDefaults(defaults.limits, &job.limits);
  base::http::ReadClientConfig(&map, config_path, &job.http, &problems->unsupported);
  ReadDiscoveries(&map, config_path, &job.discovery, &problems->unsupported);
  if (!job.discovery.agents.empty()) ForbidRedirects(&map, &job);
  model::ReadRelabelRules(&map, "relabel_configs", &job.relabel);
  model::ReadRelabelRules(&map, "metric_relabel_configs", &job.metric_relabel);
  map.Finish();
  return job;
}

}  // namespace vedette::scrape
