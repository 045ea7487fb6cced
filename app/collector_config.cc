#include "app/collector_config.h"

#include <cstdlib>
#include <utility>

#include "alerting/rules/default_rules.h"
#include "app/exporters.h"
#include "app/host_name.h"
#include "app/rules_join.h"
#include "base/http/listen_address.h"
#include "base/strings.h"
#include "collector/remote/config_text.h"
#include "collector/scrape/config_text.h"
#include "collector/scrape/discovery/host_port.h"

namespace vedette::app {
namespace {

// A target on this host, labelled with its name as its log streams are.
std::string LocalTarget(std::string_view address) {
  return base::Concat({"    static_configs:\n      - {targets: [", base::GoQuote(address),
                       "], labels: {host: ", base::GoQuote(HostName()), "}}\n"});
}

std::string JobName(std::string_view job) { return base::Concat({"  - job_name: ", job, "\n"}); }

// Where the collector reaches itself: its first listener. Empty where it would have to log in.
std::string OwnAddress(const CollectorOptions& options, const base::http::WebConfig* web) {
  const auto listen = base::http::ParseListenAddress(options.listen.front());
  if (!listen.ok() || web == nullptr || web->tls || web->RequiresAuth()) return "";
  const bool any = listen->host.empty() || listen->host == "0.0.0.0" || listen->host == "::";
  return scrape::HostPort(any ? "localhost" : listen->host, listen->port);
}

// What is scraped without a configuration: this host's agent, ourselves, and all that agents
// announce.
std::string DefaultScrapeText(const CollectorOptions& options, const base::http::WebConfig* web) {
  std::string text = "global: {scrape_interval: 15s, evaluation_interval: 15s}\nscrape_configs:\n";
  for (const ExporterSpec& exporter : AllExporters()) {
    const std::string_view name = exporter.name;
    text += JobName(name) + base::Concat({"    agent_sd_configs: [{job: ", name, "}]\n"});
    if (name == "node") text += LocalTarget("localhost:9100");
  }
  const std::string own = OwnAddress(options, web);
  if (!own.empty()) text += JobName("vedette") + LocalTarget(own);
  return text;
}

base::StatusOr<scrape::Config> LoadScrape(base::FileSystem* fs, const CollectorOptions& options,
                                          const base::http::WebConfig* web) {
  scrape::ConfigOptions how;
  how.skip_unsupported = options.skip_unsupported;
  how.extra_metrics = options.features.extra_scrape_metrics();
  if (!options.config_file.empty()) return scrape::LoadConfig(fs, options.config_file, how);
  return scrape::ParseConfig(DefaultScrapeText(options, web), "built-in", how);
}

// The rules of the files named; the built-in ones where none is named.
base::StatusOr<std::vector<rules::GroupSpec>> LoadRules(base::FileSystem* fs,
                                                        const CollectorOptions& options,
                                                        const scrape::Config& scrape) {
  promql::ParserOptions parser;
  options.features.ApplyTo(&parser);
  const rules::ExprValidator validate = EngineQuerier::RuleValidator(parser);
  if (scrape.rule_files.empty()) {
    return rules::ParseRuleFile(rules::kDefaultRules, std::string(rules::kDefaultRulesFile),
                                validate);
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                           scrape::ExpandFiles(fs, scrape.rule_files));
  std::vector<rules::GroupSpec> groups;
  std::string problems;
  for (const std::string& file : files) {
    const auto text = fs->ReadFile(file);
    auto parsed = text.ok() ? rules::ParseRuleFile(*text, file, validate)
                            : base::Annotate(text.status(), "rule_files");
    if (!parsed.ok()) {
      problems += std::string(base::Message(parsed.status())) + "\n";
      continue;
    }
    for (rules::GroupSpec& group : *parsed) groups.push_back(std::move(group));
  }
  if (!problems.empty()) return base::InvalidArgument(base::Trim(problems));
  return groups;
}

// A name or pattern that no file has is no mistake, as for Prometheus: the file may come later. But
// whoever mistyped it has no alerts, and nobody would tell.
std::vector<std::string> PatternsWithoutFile(base::FileSystem* fs, const scrape::Config& scrape) {
  std::vector<std::string> warnings;
  for (const scrape::FilePattern& pattern : scrape.rule_files) {
    const auto files = scrape::ExpandFiles(fs, {pattern});
    if (!files.ok() || !files->empty()) continue;
    warnings.push_back(
        base::Concat({pattern.place, pattern.place.empty() ? "" : ": ", "no file is ",
                      base::GoQuote(pattern.pattern), ", no rules are read from it"}));
  }
  return warnings;
}

base::StatusOr<routing::Config> LoadRouting(base::FileSystem* fs, const CollectorOptions& options) {
  routing::ParseOptions how;
  how.skip_unsupported = options.skip_unsupported;
  const std::string& file = options.alertmanager_config_file;
  if (!file.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(file));
    return routing::ParseConfig(text, file, how);
  }
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  return routing::ParseConfig(routing::DefaultConfigText(credentials == nullptr ? "" : credentials),
                              "built-in", how);
}

base::StatusOr<std::shared_ptr<const base::http::WebConfig>> LoadWeb(
    base::FileSystem* fs, const CollectorOptions& options) {
  base::http::WebConfig web;
  if (!options.web_config_file.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(web, base::http::LoadWebConfig(fs, options.web_config_file));
  }
  for (const std::string& cidr : options.allow_plaintext) {
    VEDETTE_RETURN_IF_ERROR(
        base::Annotate(base::http::IpRange::Parse(cidr).status(), "--web.allow-plaintext"));
    web.plaintext.push_back({cidr});
  }
  for (const std::string& address : options.listen) {
    VEDETTE_RETURN_IF_ERROR(base::http::CheckListenAllowed(address, web));
  }
  return std::shared_ptr<const base::http::WebConfig>(
      std::make_shared<base::http::WebConfig>(std::move(web)));
}

base::StatusOr<remote::Config> LoadRemote(base::FileSystem* fs, const CollectorOptions& options) {
  if (options.config_file.empty()) return remote::Config();
  return remote::LoadConfig(fs, options.config_file, options.skip_unsupported);
}

// A rule in LogQL is asked of the log store, or of the engine in its place, which may not speak it.
void CheckLogRules(const CollectorConfig& config, std::string* problems) {
  const auto& logs = config.remote.logs;
  if (!logs || logs->engine == remote::LogsConfig::Engine::kLoki) return;
  for (const rules::GroupSpec& group : config.rule_groups) {
    for (const rules::RuleSpec& rule : group.rules) {
      if (rule.language != rules::QueryLanguage::kLogql) continue;
      *problems += base::Concat(
          {group.file, ": group ", base::GoQuote(group.name), ", rule ", base::GoQuote(rule.name()),
           ": `logql` needs the log store or a Loki, and VictoriaLogs of logs.remote does not "
           "speak it\n"});
    }
  }
}

// Gathers what several files have wrong, so that one start shows all of it.
template <typename T>
void Keep(base::StatusOr<T> loaded, T* into, std::string* problems) {
  if (loaded.ok()) {
    *into = *std::move(loaded);
  } else {
    *problems += std::string(base::Message(loaded.status())) + "\n";
  }
}

}  // namespace

base::StatusOr<CollectorConfig> LoadCollectorConfig(base::FileSystem* fs,
                                                    const CollectorOptions& options) {
  CollectorConfig config;
  std::string problems;
  Keep(LoadWeb(fs, options), &config.web, &problems);
  if (options.parts.tsdb) {
    const size_t before = problems.size();
    Keep(LoadScrape(fs, options, config.web.get()), &config.scrape, &problems);
    const bool readable = problems.size() == before;
    std::string others;
    Keep(LoadRemote(fs, options), &config.remote, &others);
    // Of a file that is no YAML once is enough.
    if (readable || problems.find(others) == std::string::npos) problems += others;
    config.text = scrape::ConfigText(config.scrape) + remote::ConfigText(config.remote);
    if (config.scrape.otlp) config.text += model::otlp::SettingsText(*config.scrape.otlp);
    config.warnings = config.scrape.skipped;
    config.warnings.insert(config.warnings.end(), config.remote.skipped.begin(),
                           config.remote.skipped.end());
  }
  if (options.parts.rules) {
    Keep(LoadRules(fs, options, config.scrape), &config.rule_groups, &problems);
    CheckLogRules(config, &problems);
    for (std::string& warning : PatternsWithoutFile(fs, config.scrape)) {
      config.warnings.push_back(std::move(warning));
    }
  }
  if (options.parts.alertmanager) {
    Keep(LoadRouting(fs, options), &config.routing, &problems);
    config.warnings.insert(config.warnings.end(), config.routing.warnings.begin(),
                           config.routing.warnings.end());
  }
  if (!problems.empty()) return base::InvalidArgument(base::Trim(problems));
  return config;
}

}  // namespace vedette::app
