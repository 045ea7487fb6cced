#include "collector/scrape/config.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/config/yaml.h"
#include "base/strings.h"
#include "collector/scrape/discovery/discovery_reader.h"
#include "collector/scrape/job_reader.h"
#include "collector/scrape/section_reader.h"
#include "model/relabel_yaml.h"

namespace vedette::scrape {
namespace {

using base::config::MapReader;
using base::config::Node;
using base::config::Problems;

// "$NAME", "${NAME}" and "$$" in external label values, as upstream expands them.
std::string ExpandEnvironment(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const bool braces = text[i + 1] == '{';
    size_t start = i + (braces ? 2 : 1);
    size_t end = start;
    while (end < text.size() && model::IsLegacyLabelName(text.substr(start, end + 1 - start)))
      ++end;
    if (text[i + 1] == '$') {
      out += '$';
      ++i;
    } else if (end == start || (braces && (end == text.size() || text[end] != '}'))) {
      out += '$';
    } else {
      const char* value = std::getenv(std::string(text.substr(start, end - start)).c_str());
      if (value != nullptr) out += value;
      i = braces ? end : end - 1;
    }
  }
  return out;
}

class ConfigReader {
 public:
  ConfigReader(const std::string& path, const ConfigOptions& options, base::FileSystem* fs)
      : path_(path), options_(options), fs_(fs), problems_(path) {
    config_.path = path;
    config_.defaults.extra_metrics = options.extra_metrics;
  }

  base::StatusOr<Config> Read(std::string_view text) {
    VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, path_));
    if (root.kind != Node::Kind::kNull) ReadRoot(root);
    return Finish();
  }

 private:
  void ReadRoot(const Node& root) {
    MapReader map(root, "", &problems_.mistakes);
    map.Child("global", [this](const Node& n, const std::string& f) { ReadGlobal(n, f); });
    map.Each("rule_files", [this](const Node& n, const std::string& f) {
      AddPattern(n, f, &config_.rule_files);
    });
    map.Each("scrape_configs",
             [this](const Node& n, const std::string& f) { AddJob(n, f, path_); });
    map.Each("scrape_config_files",
             [this](const Node& n, const std::string& f) { AddJobFile(n, f); });
    ReadJobFiles();
    map.Child("alerting", [this](const Node& n, const std::string& f) { ReadAlerting(n, f); });
    map.Child("storage", [this](const Node& n, const std::string& f) { ReadStorage(n, f); });
    map.Ignore("runtime");  // settings of Go's runtime
    Problems* unsupported = &problems_.unsupported;
    map.Ignore("remote_write");  // collector/remote reads these
    map.Ignore("remote_read");
    map.Ignore("logs");
    Unsupported(&map, "tracing", "traces", unsupported);
    map.Child("otlp", [this](const Node& n, const std::string& f) {
      config_.otlp = model::otlp::ReadSettings(n, f, defaults_.legacy_names.value_or(false),
                                               &problems_.mistakes);
    });
    map.Finish();
  }

  void ReadGlobal(const Node& node, const std::string& field) {
    if (node.kind == Node::Kind::kNull) return;
    MapReader map(node, field, &problems_.mistakes);
    map.Duration("scrape_interval", &defaults_.interval_ms);
    if (defaults_.interval_ms == 0) defaults_.interval_ms = 60'000;
    const bool explicit_timeout = map.Duration("scrape_timeout", &defaults_.timeout_ms);
    if (explicit_timeout && defaults_.timeout_ms > defaults_.interval_ms) {
      problems_.mistakes.Add(*node.Find("scrape_timeout"), field + ".scrape_timeout",
                             "global scrape timeout greater than scrape interval");
    }
    defaults_.timeout_ms = std::min(defaults_.timeout_ms, defaults_.interval_ms);
    map.Duration("evaluation_interval", &config_.evaluation_interval_ms);
    if (config_.evaluation_interval_ms == 0) config_.evaluation_interval_ms = 60'000;
    map.Duration("rule_query_offset", &config_.rule_query_offset_ms);
    ReadExternalLabels(&map);
    ReadProtocols(&map, &defaults_.protocols);
    ReadLimits(&map, &defaults_.limits);
    ReadHistograms(&map, &defaults_.histograms);
    ReadNames(&map, &defaults_.legacy_names, &defaults_.escaping);
    map.Bool("extra_scrape_metrics", &defaults_.extra_metrics);
    if (map.String("scrape_failure_log_file", &defaults_.failure_log_file)) {
      defaults_.failure_log_file = base::http::BesideConfig(path_, defaults_.failure_log_file);
    }
    Unsupported(&map, "query_log_file", "query logs", &problems_.unsupported);
    map.Finish();
  }

  void ReadExternalLabels(MapReader* map) {
    if (!map->StringMap("external_labels", &config_.external_labels)) return;
    const Node& node = *map->node().Find("external_labels");
    for (auto& [name, value] : config_.external_labels) {
      if (name == model::kMetricName || !base::IsValidUtf8(name) || name.empty()) {
        problems_.mistakes.Add(node, map->field() + ".external_labels",
                               base::Concat({base::GoQuote(name), " is not a valid label name"}));
      }
      value = ExpandEnvironment(value);
      if (!base::IsValidUtf8(value)) {
        problems_.mistakes.Add(node, map->field() + ".external_labels",
                               base::Concat({base::GoQuote(value), " is not a valid label value"}));
      }
    }
  }

  void AddPattern(const Node& node, const std::string& field, std::vector<FilePattern>* out) {
    if (node.kind != Node::Kind::kScalar || node.scalar.empty()) {
      problems_.mistakes.Add(node, field, "expected the name of a file, or a pattern of names");
      return;
    }
    out->push_back(
        {base::http::BesideConfig(path_, node.scalar), problems_.mistakes.Place(node, field)});
  }

  void ReadJobFiles() {
    if (fs_ == nullptr || config_.scrape_config_files.empty()) return;
    const auto files = ExpandFiles(fs_, config_.scrape_config_files);
    if (!files.ok()) {
      mistakes_.emplace_back(base::Message(files.status()));
      return;
    }
    for (const std::string& file : *files) {
      if (const base::Status status = ReadJobFile(file); !status.ok()) {
        mistakes_.emplace_back(base::Message(status));
      }
    }
  }

  // One that is listed twice would have each of its jobs twice.
  void AddJobFile(const Node& node, const std::string& field) {
    auto& files = config_.scrape_config_files;
    AddPattern(node, field, &files);
    const auto same = [&files](const FilePattern& file) {
      return file.pattern == files.back().pattern;
    };
    if (files.size() > 1 && std::any_of(files.begin(), files.end() - 1, same)) {
      problems_.mistakes.Add(node, field,
                             base::Concat({"found ", base::GoQuote(node.scalar), " twice"}));
    }
  }

  // Holds scrape_configs and nothing else.
  base::Status ReadJobFile(const std::string& file) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs_->ReadFile(file));
    VEDETTE_ASSIGN_OR_RETURN(const Node root, base::config::ParseYaml(text, file));
    if (root.kind == Node::Kind::kNull) return {};
    Problems problems(file);
    MapReader map(root, "", &problems);
    map.Each("scrape_configs",
             [this, &file](const Node& n, const std::string& f) { AddJob(n, f, file); });
    map.Finish();
    return problems.ToStatus();
  }

  void AddJob(const Node& node, const std::string& field, const std::string& file) {
    ConfigProblems job_problems(file);
    JobConfig job = ReadJob(node, field, file, defaults_, &job_problems);
    if (!job.name.empty() && !names_.insert(job.name).second) {
      job_problems.mistakes.Add(
          node, field + ".job_name",
          base::Concat({"found multiple scrape configs with job name ", base::GoQuote(job.name)}));
    }
    Keep(job_problems.mistakes);
    if (!job_problems.unsupported.empty()) {
      KeepUnsupported(job_problems.unsupported);
      return;
    }
    if (job_problems.mistakes.empty()) {
      config_.jobs.push_back(std::make_shared<const JobConfig>(std::move(job)));
    }
  }

  void ReadAlerting(const Node& node, const std::string& field) {
    if (node.kind == Node::Kind::kNull) return;
    MapReader map(node, field, &problems_.mistakes);
    model::ReadRelabelRules(&map, "alert_relabel_configs", &config_.alert_relabel);
    map.Each("alertmanagers",
             [this](const Node& n, const std::string& f) { ReadAlertmanager(n, f); });
    map.Finish();
  }

  void ReadAlertmanager(const Node& node, const std::string& field) {
    AlertmanagerConfig alertmanager;
    MapReader map(node, field, &problems_.mistakes);
    map.String("scheme", &alertmanager.scheme);
    map.String("path_prefix", &alertmanager.path_prefix);
    map.Duration("timeout", &alertmanager.timeout_ms);
    std::string version = "v2";
    map.String("api_version", &version);
    if (version != "v2") {
      problems_.mistakes.Add(*node.Find("api_version"), field + ".api_version",
                             base::Concat({"found ", base::GoQuote(version), "; allowed: v2"}));
    }
    Problems* unsupported = &problems_.unsupported;
    ReadDiscoveries(&map, path_, &alertmanager.discovery, unsupported);
    for (const std::string_view key :
         {"agent_sd_configs", "file_sd_configs", "http_sd_configs", "dns_sd_configs"}) {
      Unsupported(&map, key, "alertmanagers come from static_configs", unsupported);
    }
    for (const std::string_view key :
         {"basic_auth", "authorization", "bearer_token", "bearer_token_file", "oauth2",
          "tls_config", "sigv4", "http_headers", "proxy_url", "no_proxy", "relabel_configs",
          "alert_relabel_configs"}) {
      Unsupported(&map, key, "alertmanagers are reached plainly", unsupported);
    }
    map.Ignore("follow_redirects");
    map.Ignore("enable_http2");
    map.Finish();
    config_.alertmanagers.push_back(std::move(alertmanager));
  }

  void ReadStorage(const Node& node, const std::string& field) {
    if (node.kind == Node::Kind::kNull) return;
    MapReader map(node, field, &problems_.mistakes);
    map.Child("tsdb", [this](const Node& n, const std::string& f) { ReadTsdb(n, f); });
    map.Ignore("remote");     // collector/remote reads it
    map.Ignore("exemplars");  // exemplars are not kept
    map.Finish();
  }

  void ReadTsdb(const Node& node, const std::string& field) {
    MapReader map(node, field, &problems_.mistakes);
    int64_t window = 0;
    if (map.Duration("out_of_order_time_window", &window)) {
      config_.storage.out_of_order_window_ms = window;
    }
    map.Child("retention", [this](const Node& n, const std::string& f) { ReadRetention(n, f); });
    map.Ignore("stale_series_compaction_threshold");
    map.Child("chunk_encoding",
              [this](const Node& n, const std::string& f) { CheckChunkEncoding(n, f); });
    map.Finish();
  }

  // Blocks choose their own codec; what upstream would refuse is refused all the same.
  void CheckChunkEncoding(const Node& node, const std::string& field) {
    MapReader map(node, field, &problems_.mistakes);
    std::string floats = "xor";
    map.String("floats", &floats);
    if (floats != "xor" && floats != "xor2") {
      problems_.mistakes.Add(
          *node.Find("floats"), field + ".floats",
          base::Concat({"found ", base::GoQuote(floats), "; allowed: xor, xor2"}));
    }
    map.Finish();
  }

  void ReadRetention(const Node& node, const std::string& field) {
    MapReader map(node, field, &problems_.mistakes);
    int64_t time = 0;
    if (map.Duration("time", &time)) config_.storage.retention_ms = time;
    uint64_t size = 0;
    if (map.Bytes("size", &size)) config_.storage.retention_bytes = size;
    Unsupported(&map, "percentage", "give time or size", &problems_.unsupported);
    map.Finish();
  }

  void Keep(const Problems& problems) {
    if (!problems.empty()) mistakes_.emplace_back(base::Message(problems.ToStatus()));
  }

  void KeepUnsupported(const Problems& problems) {
    if (problems.empty()) return;
    const std::string text(base::Message(problems.ToStatus()));
    for (const std::string_view line : base::Split(text, '\n')) {
      config_.skipped.emplace_back(line);
    }
  }

  base::StatusOr<Config> Finish() {
    Keep(problems_.mistakes);
    KeepUnsupported(problems_.unsupported);
    if (!options_.skip_unsupported) {
      mistakes_.insert(mistakes_.end(), config_.skipped.begin(), config_.skipped.end());
    }
    if (!mistakes_.empty()) return base::InvalidArgument(base::Join(mistakes_, "\n"));
    return std::move(config_);
  }

  const std::string path_;
  const ConfigOptions options_;
  base::FileSystem* const fs_;
  ConfigProblems problems_;
  std::vector<std::string> mistakes_;
  std::set<std::string> names_;
  Config config_;
  JobDefaults& defaults_ = config_.defaults;
};

}  // namespace

base::StatusOr<Config> ParseConfig(std::string_view text, const std::string& path,
                                   const ConfigOptions& options, base::FileSystem* fs) {
  return ConfigReader(path, options, fs).Read(text);
}

base::StatusOr<Config> LoadConfig(base::FileSystem* fs, const std::string& path,
                                  const ConfigOptions& options) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(path));
  return ParseConfig(text, path, options, fs);
}

}  // namespace vedette::scrape
