#include "collector/scrape/config_text.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/config/yaml.h"
#include "base/strings.h"

namespace vedette::scrape {
namespace {

std::string Shown(const std::string& yaml) {
  const auto config = ParseConfig(yaml, "p.yml");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? ConfigText(*config) : "";
}

constexpr char kDefaultGlobal[] = R"(global:
  scrape_interval: 1m
  scrape_timeout: 10s
  scrape_protocols:
  - OpenMetricsText1.0.0
  - OpenMetricsText0.0.1
  - PrometheusText1.0.0
  - PrometheusText0.0.4
  evaluation_interval: 1m
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  scrape_native_histograms: false
  convert_classic_histograms_to_nhcb: false
  always_scrape_classic_histograms: false
)";

TEST(ConfigText, WhatAnEmptyFileMeansIsShown) { EXPECT_EQ(Shown(""), kDefaultGlobal); }

// In the order and layout of Prometheus 3.5.3's /api/v1/status/config for the same file, without
// what we do not have (Go's runtime, OTLP), and with scrape_native_histograms, which is
// newer.
TEST(ConfigText, IsLaidOutAsUpstreams) {
  EXPECT_EQ(Shown(R"(
global:
  scrape_interval: 15s
  external_labels: {site: home, "b": "x: y"}
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: full
    scrape_interval: 1m30s
    scrape_timeout: 5s
    scrape_protocols: [PrometheusText0.0.4]
    metrics_path: /m
    scheme: https
    params: {module: [http_2xx], b: [c, d]}
    honor_labels: true
    basic_auth: {username: u, password_file: /tmp/x}
    tls_config: {insecure_skip_verify: true, server_name: s}
    sample_limit: 100
    body_size_limit: 10MB
    label_limit: 5
    static_configs:
      - targets: ["localhost:1", "other:9100"]
        labels: {host: "1"}
      - targets: ["third:9100"]
    relabel_configs:
      - source_labels: [__address__]
        regex: "(.*):.*"
        target_label: instance
      - {action: labeldrop, regex: foo}
      - {source_labels: [a, b], separator: "-", modulus: 8, target_label: __h, action: hashmod}
    metric_relabel_configs:
      - {source_labels: [__name__], regex: go_.*, action: drop}
  - job_name: auth
    scrape_protocols: [PrometheusText0.0.4]
    authorization: {credentials_file: /tmp/y}
    static_configs: [{targets: []}]
alerting:
  alertmanagers:
    - static_configs: [{targets: ["localhost:9093"]}]
storage:
  tsdb: {out_of_order_time_window: 30m}
)"),
            R"(global:
  scrape_interval: 15s
  scrape_timeout: 10s
  scrape_protocols:
  - OpenMetricsText1.0.0
  - OpenMetricsText0.0.1
  - PrometheusText1.0.0
  - PrometheusText0.0.4
  evaluation_interval: 1m
  external_labels:
    b: 'x: y'
    site: home
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  scrape_native_histograms: false
  convert_classic_histograms_to_nhcb: false
  always_scrape_classic_histograms: false
alerting:
  alertmanagers:
  - scheme: http
    timeout: 10s
    api_version: v2
    static_configs:
    - targets:
      - localhost:9093
rule_files:
- rules/*.yml
scrape_configs:
- job_name: full
  honor_labels: true
  honor_timestamps: true
  track_timestamps_staleness: false
  params:
    b:
    - c
    - d
    module:
    - http_2xx
  scrape_interval: 1m30s
  scrape_timeout: 5s
  scrape_protocols:
  - PrometheusText0.0.4
  scrape_native_histograms: false
  always_scrape_classic_histograms: false
  convert_classic_histograms_to_nhcb: false
  metrics_path: /m
  scheme: https
  enable_compression: true
  body_size_limit: 10MiB
  sample_limit: 100
  label_limit: 5
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  basic_auth:
    username: u
    password_file: /tmp/x
  tls_config:
    server_name: s
    insecure_skip_verify: true
  follow_redirects: true
  enable_http2: true
  relabel_configs:
  - source_labels: [__address__]
    separator: ;
    regex: (.*):.*
    target_label: instance
    replacement: $1
    action: replace
  - separator: ;
    regex: foo
    replacement: $1
    action: labeldrop
  - source_labels: [a, b]
    separator: '-'
    modulus: 8
    target_label: __h
    replacement: $1
    action: hashmod
  metric_relabel_configs:
  - source_labels: [__name__]
    separator: ;
    regex: go_.*
    replacement: $1
    action: drop
  static_configs:
  - targets:
    - localhost:1
    - other:9100
    labels:
      host: "1"
  - targets:
    - third:9100
- job_name: auth
  honor_timestamps: true
  track_timestamps_staleness: false
  scrape_interval: 15s
  scrape_timeout: 10s
  scrape_protocols:
  - PrometheusText0.0.4
  scrape_native_histograms: false
  always_scrape_classic_histograms: false
  convert_classic_histograms_to_nhcb: false
  metrics_path: /metrics
  scheme: http
  enable_compression: true
  metric_name_validation_scheme: utf8
  metric_name_escaping_scheme: allow-utf-8
  authorization:
    type: Bearer
    credentials_file: /tmp/y
  follow_redirects: true
  enable_http2: true
  static_configs:
  - targets: []
storage:
  tsdb:
    out_of_order_time_window: 30m
)");
}

// Each key that the parser knows, with a value that is not its default.
constexpr char kEverything[] = R"(
global:
  scrape_interval: 20s
  scrape_timeout: 5s
  scrape_protocols: [PrometheusText0.0.4]
  evaluation_interval: 30s
  rule_query_offset: 1s
  external_labels: {site: home}
  body_size_limit: 1KiB
  sample_limit: 1
  target_limit: 2
  label_limit: 3
  label_name_length_limit: 4
  label_value_length_limit: 5
  keep_dropped_targets: 6
  extra_scrape_metrics: true
  scrape_failure_log_file: /f
  scrape_native_histograms: true
  always_scrape_classic_histograms: true
  convert_classic_histograms_to_nhcb: true
  native_histogram_bucket_limit: 6
  native_histogram_min_bucket_factor: 1.5
  metric_name_validation_scheme: legacy
  metric_name_escaping_scheme: dots
rule_files: [r.yml]
scrape_config_files: [s.yml]
scrape_configs:
  - job_name: a
    scrape_interval: 21s
    scrape_timeout: 6s
    scrape_protocols: [OpenMetricsText1.0.0]
    fallback_scrape_protocol: PrometheusProto
    metrics_path: /m
    scheme: https
    params: {p: [v]}
    honor_labels: true
    honor_timestamps: false
    track_timestamps_staleness: true
    enable_compression: false
    follow_redirects: false
    scrape_native_histograms: false
    always_scrape_classic_histograms: false
    convert_classic_histograms_to_nhcb: false
    native_histogram_bucket_limit: 7
    native_histogram_min_bucket_factor: 2
    metric_name_validation_scheme: utf8
    metric_name_escaping_scheme: values
    body_size_limit: 2MiB
    sample_limit: 10
    target_limit: 20
    label_limit: 30
    label_name_length_limit: 40
    label_value_length_limit: 50
    keep_dropped_targets: 60
    scrape_failure_log_file: /g
    basic_auth: {username: u, password: hunter2}
    tls_config: {ca: A, cert: C, key: hunter2, server_name: s, insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}
    enable_http2: false
    proxy_url: "http://u:hunter2@proxy:1"
    no_proxy: localhost
    proxy_connect_header: {a: [hunter2]}
    http_headers: {X-A: {values: [v], secrets: [hunter2], files: [/h]}}
    static_configs: [{targets: ["t:1"], labels: {l: v}}]
    relabel_configs:
      - {source_labels: [a], separator: "-", regex: x, modulus: 3, target_label: b, replacement: r, action: hashmod}
    metric_relabel_configs:
      - {source_labels: [a], separator: "-", regex: x, modulus: 3, target_label: b, replacement: r, action: hashmod}
  - job_name: b
    authorization: {type: Token, credentials: hunter2}
    proxy_from_environment: true
    tls_config: {ca_file: /a, cert_file: /c, key_file: /k}
    agent_sd_configs: [{job: redis, refresh_interval: 8s}]
    dns_sd_configs: [{names: [n], refresh_interval: 5s, type: A, port: 9}]
    file_sd_configs: [{files: [/x/*.json], refresh_interval: 6s}]
    http_sd_configs:
      - url: "http://u:hunter2@h/"
        refresh_interval: 7s
        basic_auth: {username: u, password: hunter2}
        tls_config: {ca: A, cert: C, key: hunter2, server_name: s, insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}
        follow_redirects: false
        enable_http2: false
        proxy_url: "http://u:hunter2@proxy:1"
        no_proxy: localhost
        proxy_connect_header: {a: [hunter2]}
        http_headers: {X-A: {values: [v], secrets: [hunter2], files: [/h]}}
      - url: "http://h/"
        basic_auth: {username_file: /u, password_file: /p}
        tls_config: {ca_file: /a, cert_file: /c, key_file: /k}
        proxy_from_environment: true
      - url: "http://h/"
        authorization: {type: Token, credentials: hunter2}
      - url: "http://h/"
        authorization: {credentials_file: /t}
      - url: "http://h/"
        oauth2:
          client_id: i
          client_secret: hunter2
          scopes: [o]
          token_url: "http://t/"
          endpoint_params: {e: p}
          tls_config: {ca: A, cert: C, key: hunter2, server_name: s, insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}
          proxy_url: "http://u:hunter2@proxy:1"
          no_proxy: localhost
          proxy_connect_header: {a: [hunter2]}
      - url: "http://h/"
        oauth2:
          client_id: i
          client_secret_file: /s
          token_url: "http://t/"
          tls_config: {ca_file: /a, cert_file: /c, key_file: /k}
          proxy_from_environment: true
  - job_name: c
    basic_auth: {username_file: /u, password_file: /p}
  - job_name: d
    authorization: {credentials_file: /t}
  - job_name: e
    oauth2:
      client_id: i
      client_secret: hunter2
      scopes: [o]
      token_url: "http://t/"
      endpoint_params: {e: p}
      tls_config: {ca: A, cert: C, key: hunter2, server_name: s, insecure_skip_verify: true, min_version: TLS12, max_version: TLS13}
      proxy_url: "http://u:hunter2@proxy:1"
      no_proxy: localhost
      proxy_connect_header: {a: [hunter2]}
  - job_name: f
    oauth2:
      client_id: i
      client_secret_file: /s
      token_url: "http://t/"
      tls_config: {ca_file: /a, cert_file: /c, key_file: /k}
      proxy_from_environment: true
alerting:
  alert_relabel_configs:
    - {source_labels: [a], separator: "-", regex: x, modulus: 3, target_label: b, replacement: r, action: hashmod}
  alertmanagers:
    - {scheme: https, path_prefix: /x, timeout: 3s, api_version: v2, static_configs: [{targets: ["a:1"], labels: {l: v}}]}
storage:
  tsdb:
    out_of_order_time_window: 1h
    retention: {time: 1d, size: 1GiB}
)";

// Keys that are read and have no say here, or are shown under another name.
const std::set<std::string>& NotShown() {
  static const std::set<std::string> kKeys = {
      ".runtime",       // of Go
      ".remote_write",  // read and shown by remote/
      ".storage.remote",
      ".logs",
      ".otlp",  // shown by model/otlp
      ".remote_read",
      ".scrape_configs.bearer_token",  // as authorization
      ".scrape_configs.bearer_token_file",
      ".scrape_configs.http_sd_configs.bearer_token",
      ".scrape_configs.http_sd_configs.bearer_token_file",
      ".alerting.alertmanagers.follow_redirects",
      ".alerting.alertmanagers.enable_http2",
      ".storage.exemplars",
      ".storage.tsdb.stale_series_compaction_threshold",
      ".storage.tsdb.chunk_encoding",
  };
  return kKeys;
}

// A configuration's maps, each with the section it is in, ".scrape_configs.basic_auth".
class Sections {
 public:
  explicit Sections(const std::string& text) : text_(text) {
    const auto root = base::config::ParseYaml(text, "p.yml");
    EXPECT_TRUE(root.ok()) << root.status();
    if (root.ok()) Walk(*root, "");
  }
  const std::map<std::string, std::set<std::string>>& shown() const { return shown_; }

  // What the parser says once `key` stands in the section's first map.
  std::string MessagesWith(const std::string& section, const std::string& key) const {
    std::string text = text_;
    const auto [line, column] = places_.at(section);
    size_t at = 0;
    for (int i = 1; i < line; ++i) at = text.find('\n', at) + 1;
    at += static_cast<size_t>(column) - 1;
    text.insert(at, key + ": x\n" + std::string(static_cast<size_t>(column) - 1, ' '));
    const auto config = ParseConfig(text, "p.yml");
    return std::string(base::Message(config.status()));
  }

 private:
  void Walk(const base::config::Node& node, const std::string& section) {
    for (const auto& item : node.items) Walk(item, section);
    if (node.kind == base::config::Node::Kind::kMap)
      places_.try_emplace(section, node.line, node.column);
    for (const auto& [key, value] : node.entries) {
      shown_[section].insert(key);
      Walk(value, section + "." + key);
    }
  }

  const std::string text_;
  std::map<std::string, std::set<std::string>> shown_;
  std::map<std::string, std::pair<int, int>> places_;
};

// The keys after "want one of "; none where the map may have any.
std::vector<std::string> AllowedKeys(const std::string& messages) {
  constexpr std::string_view kBefore = "unknown key, want one of ";
  std::vector<std::string> keys;
  const size_t begin = messages.find(kBefore);
  if (begin == std::string::npos) return keys;
  const size_t end = messages.find('\n', begin);
  const std::string list = messages.substr(begin + kBefore.size(), end - begin - kBefore.size());
  for (std::string_view key : base::Split(list, ',')) {
    while (base::StartsWith(key, " ")) key.remove_prefix(1);
    keys.emplace_back(key);
  }
  return keys;
}

// Who teaches the parser a key has to show it too: in config_text.cc, and in kEverything.
TEST(ConfigText, ShowsEachKeyThatTheParserKnows) {
  const Sections sections(Shown(kEverything));
  size_t known = 0;
  for (const auto& [section, shown] : sections.shown()) {
    for (const std::string& key : AllowedKeys(sections.MessagesWith(section, "zzz"))) {
      ++known;
      const std::string name = section + "." + key;
      if (shown.contains(key) || NotShown().contains(name)) continue;
      EXPECT_NE(sections.MessagesWith(section, key).find("not supported: "), std::string::npos)
          << name << " is read and not shown, or not in this test's kEverything";
    }
  }
  EXPECT_GT(known, 150u);
  for (const std::string& name : NotShown()) {
    const size_t dot = name.rfind('.');
    const auto section = sections.shown().find(name.substr(0, dot));
    ASSERT_NE(section, sections.shown().end()) << name;
    EXPECT_FALSE(section->second.contains(name.substr(dot + 1))) << name << " is shown after all";
  }
}

TEST(ConfigText, ShowsNoSecret) {
  const std::string text = Shown(kEverything);
  EXPECT_EQ(text.find("hunter2"), text.npos) << text;
  EXPECT_NE(text.find("password: <secret>"), text.npos) << text;
}

TEST(ConfigText, KeepsEachValue) {
  const std::string text = Shown(kEverything);
  EXPECT_EQ(Shown(text), text);
  const auto config = ParseConfig(text, "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  const JobConfig& job = *config->jobs.at(0);
  EXPECT_EQ(job.fallback_format, model::exposition::Format::kProtobuf);
  EXPECT_EQ(job.histograms.min_bucket_factor, 2);
  EXPECT_FALSE(job.histograms.scrape_native);
  EXPECT_EQ(job.names.escaping, model::exposition::NameEscaping::kValues);
  EXPECT_EQ(config->defaults.legacy_names, true);
  EXPECT_EQ(config->defaults.escaping, model::exposition::NameEscaping::kDots);
  EXPECT_TRUE(config->defaults.histograms.scrape_native);
}

TEST(ConfigText, IsReadBackAsTheSame) {
  for (const char* odd :
       {"a b",       "- x",  "-",   "#x",   "a #b", "true",     "1e3",   "0x10",   "it's", "'q'",
        "tab\there", "a: b", "x:",  ": x",  "?",    "!tag",     "&a",    "*a",     "%x",   "@x",
        "`x",        "[x]",  "{x}", "a, b", "\"",   "\\d+\\.x", " lead", "trail ", "~"}) {
    std::string quoted = "\"";
    for (const char* c = odd; *c != 0; ++c) {
      if (*c == '"' || *c == '\\') quoted += '\\';
      quoted += *c == '\t' ? "\\t" : std::string(1, *c);
    }
    quoted += '"';
    const std::string text = Shown("scrape_configs: [{job_name: " + quoted +
                                   ", relabel_configs: [{regex: x, target_label: y, "
                                   "source_labels: [a], replacement: " +
                                   quoted + "}]}]");
    const auto again = ParseConfig(text, "p.yml");
    ASSERT_TRUE(again.ok()) << again.status() << "\n" << text;
    EXPECT_EQ(again->jobs.at(0)->name, odd);
    EXPECT_EQ(again->jobs.at(0)->relabel.at(0).rule().replacement, odd);
    EXPECT_EQ(ConfigText(*again), text);
  }
}

}  // namespace
}  // namespace vedette::scrape
