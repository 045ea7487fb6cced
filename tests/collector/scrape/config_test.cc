#include "collector/scrape/config.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "tests/support/temp_dir.h"

namespace vedette::scrape {
namespace {

std::string ErrorOf(const std::string& yaml) {
  const auto config = ParseConfig(yaml, "/etc/p.yml");
  return config.ok() ? "" : std::string(base::Message(config.status()));
}

TEST(Config, AnEmptyFileHasUpstreamsDefaults) {
  const auto config = ParseConfig("", "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->evaluation_interval_ms, 60'000);
  EXPECT_TRUE(config->jobs.empty());
}

TEST(Config, AJobIsRead) {
  const auto config = ParseConfig(R"(
global:
  scrape_interval: 15s
  external_labels: {site: "a$$b"}
  sample_limit: 7
rule_files: [rules/*.yml, /abs/x.yml]
scrape_configs:
  - job_name: node
    scrape_interval: 5s
    metrics_path: /m
    scheme: https
    params: {collect: [a, b]}
    honor_labels: true
    basic_auth: {username: u, password_file: secret}
    tls_config: {ca_file: ca.pem, insecure_skip_verify: true}
    body_size_limit: 10MB
    fallback_scrape_protocol: PrometheusText0.0.4
    static_configs:
      - targets: ["h:9100"]
        labels: {host: h}
    relabel_configs:
      - {source_labels: [__address__], target_label: x}
)",
                                  "/etc/p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->external_labels[0].second, "a$b");
  ASSERT_EQ(config->rule_files.size(), 2u);
  EXPECT_EQ(config->rule_files[0].pattern, "/etc/rules/*.yml");
  EXPECT_EQ(config->rule_files[1].pattern, "/abs/x.yml");
  ASSERT_EQ(config->jobs.size(), 1u);
  const JobConfig& job = *config->jobs[0];
  EXPECT_EQ(job.interval_ms, 5000);
  EXPECT_EQ(job.timeout_ms, 5000);  // the default, cut to the interval
  EXPECT_EQ(job.limits.samples, 7u);
  EXPECT_EQ(job.limits.body_bytes, 10u << 20);
  ASSERT_TRUE(job.http.basic_auth.has_value());
  EXPECT_EQ(job.http.basic_auth->password.file, "/etc/secret");
  EXPECT_EQ(job.http.tls.ca_file, "/etc/ca.pem");
  EXPECT_TRUE(job.honor_labels);
  EXPECT_EQ(job.fallback_format, model::exposition::Format::kText);
  EXPECT_EQ(job.relabel.size(), 1u);
}

TEST(Config, EveryProblemIsListedWithItsPlace) {
  const std::string error = ErrorOf(R"(
scrape_configs:
  - job_name: a
    colour: red
    scheme: ftp
  - job_name: a
    static_configs: [{targets: ["http://bad"]}]
    consul_sd_configs: [{server: x}]
)");
  for (const char* part : {"/etc/p.yml:4:", "colour", "/etc/p.yml:5:", "allowed: http, https",
                           "found multiple scrape configs with job name \"a\"",
                           "is not a valid hostname", "consul_sd_configs: not supported"}) {
    EXPECT_NE(error.find(part), error.npos) << part << " in:\n" << error;
  }
}

TEST(Config, HistogramsAndNamesAreReadWithTheGlobalDefaults) {
  const auto config = ParseConfig(R"(
global:
  scrape_native_histograms: true
  native_histogram_bucket_limit: 160
  metric_name_validation_scheme: legacy
scrape_configs:
  - job_name: a
  - job_name: b
    scrape_native_histograms: false
    always_scrape_classic_histograms: true
    convert_classic_histograms_to_nhcb: true
    native_histogram_min_bucket_factor: 1.1
    metric_name_validation_scheme: utf8
    fallback_scrape_protocol: PrometheusProto
)",
                                  "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  const JobConfig& a = *config->jobs.at(0);
  EXPECT_TRUE(a.histograms.scrape_native);
  EXPECT_EQ(a.histograms.bucket_limit, 160u);
  EXPECT_EQ(a.protocols.front(), "PrometheusProto");
  EXPECT_EQ(a.protocols.size(), 5u);
  EXPECT_TRUE(a.names.legacy_only);
  EXPECT_EQ(a.names.escaping, model::exposition::NameEscaping::kUnderscores);
  const JobConfig& b = *config->jobs.at(1);
  EXPECT_FALSE(b.histograms.scrape_native);
  EXPECT_TRUE(b.histograms.keep_classic);
  EXPECT_TRUE(b.histograms.convert_classic);
  EXPECT_EQ(b.histograms.min_bucket_factor, 1.1);
  EXPECT_EQ(b.protocols.front(), "OpenMetricsText1.0.0");
  EXPECT_EQ(b.names.escaping, model::exposition::NameEscaping::kAllowUtf8);
  EXPECT_EQ(b.fallback_format, model::exposition::Format::kProtobuf);
}

TEST(Config, JobsOfAgentsNameTheirPageAndFollowNoRedirects) {
  const auto config =
      ParseConfig("scrape_configs: [{job_name: a, agent_sd_configs: [{job: redis}]}]", "p.yml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->jobs[0]->discovery.agents[0].config.job, "redis");
  EXPECT_FALSE(config->jobs[0]->http.follow_redirects);
  for (const auto& [yaml, says] : std::vector<std::pair<std::string, std::string>>{
           {"agent_sd_configs: [{}]", "agent_sd_configs[0].job: job is missing"},
           {"agent_sd_configs: [{job: a, port: 1}]", "unknown key"},
           {"agent_sd_configs: [null]", "empty or null section"},
           {"follow_redirects: true, agent_sd_configs: [{job: a}]",
            "follow_redirects: found true; allowed with agent_sd_configs: false"}}) {
    const auto wrong = ParseConfig("scrape_configs: [{job_name: a, " + yaml + "}]", "p.yml");
    ASSERT_FALSE(wrong.ok()) << yaml;
    EXPECT_NE(base::Message(wrong.status()).find(says), std::string_view::npos) << wrong.status();
  }
}

TEST(Config, NameSchemesThatContradictAreRefused) {
  const std::string error = ErrorOf(
      "scrape_configs:\n- {job_name: a, metric_name_validation_scheme: legacy, "
      "metric_name_escaping_scheme: allow-utf-8}\n- {job_name: b, metric_name_escaping_scheme: "
      "x}\n");
  EXPECT_NE(error.find("allow-utf-8 with metric_name_validation_scheme legacy"), error.npos)
      << error;
  EXPECT_NE(error.find("allowed: allow-utf-8, underscores, dots, values"), error.npos) << error;
}

TEST(Config, SkipUnsupportedLeavesTheJobOutAndSaysSo) {
  const std::string yaml = R"(
tracing: {endpoint: x}
scrape_configs:
  - job_name: a
    nomad_sd_configs: [{server: x}]
  - job_name: b
)";
  EXPECT_NE(ErrorOf(yaml), "");
  const auto config = ParseConfig(yaml, "p.yml", {.skip_unsupported = true});
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->jobs.size(), 1u);
  EXPECT_EQ(config->jobs[0]->name, "b");
  EXPECT_EQ(config->skipped.size(), 2u);
}

TEST(Config, SecretsOfTheFileAreNeverShown) {
  const std::string error = ErrorOf(
      "scrape_configs:\n- job_name: a\n  basic_auth: {username: u, password: hunter2, "
      "password_file: f}\n- job_name: b\n  authorization: hunter2\n- job_name: c\n  "
      "proxy_url: ftp://u:hunter2@h\n- job_name: d\n  http_headers: {x: {secrets: hunter2}}\n");
  EXPECT_NE(error.find("at most one of password & password_file must be configured"), error.npos)
      << error;
  EXPECT_NE(error.find("authorization: want a map"), error.npos) << error;
  EXPECT_EQ(error.find("hunter2"), error.npos) << error;
}

TEST(RuleFiles, PatternsNameWhatIsThere) {
  test::TempDir dir;
  dir.Write("b.yml", "");
  dir.Write("a.yml", "");
  dir.Write("c.txt", "");
  const auto fs = base::NewPosixFileSystem();
  ASSERT_TRUE(fs->CreateDirs(dir.Join("folder.yml")).ok());
  std::vector<FilePattern> patterns;
  for (const char* name : {"*.yml", "?.txt", "a.yml", "none.yml", "none/*.yml"}) {
    patterns.push_back({dir.Join(name), ""});
  }
  const auto files = ExpandFiles(fs.get(), patterns);
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(*files,
            (std::vector<std::string>{dir.Join("a.yml"), dir.Join("b.yml"), dir.Join("c.txt")}));
}

TEST(RuleFiles, WhatCannotBeUsedIsToldWithItsPlace) {
  test::TempDir dir;
  const auto fs = base::NewPosixFileSystem();
  ASSERT_TRUE(fs->CreateDirs(dir.Join("rules")).ok());
  const auto config =
      ParseConfig("rule_files:\n- rules\n- '*/x.yml'\n- rules/[ab].yml\n", dir.Join("p.yml"));
  ASSERT_TRUE(config.ok()) << config.status();
  const auto files = ExpandFiles(fs.get(), config->rule_files);
  ASSERT_FALSE(files.ok());
  const std::string error(base::Message(files.status()));
  for (const std::string& part :
       {dir.Join("p.yml") + ":2:3: rule_files[0]: found ", std::string("rules/*.yml"),
        dir.Join("p.yml") + ":3:3: rule_files[1]: found ",
        dir.Join("p.yml") + ":4:3: rule_files[2]: found "}) {
    EXPECT_NE(error.find(part), error.npos) << part << " in:\n" << error;
  }
  const std::string shape = ErrorOf("rule_files:\n- {a: b}\n");
  EXPECT_NE(shape.find(":2:3: rule_files[0]: expected"), shape.npos) << shape;
}

}  // namespace
}  // namespace vedette::scrape
