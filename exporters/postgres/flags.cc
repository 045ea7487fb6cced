#include "exporters/postgres/flags.h"

#include <utility>

#include "base/strings.h"
#include "exporters/postgres/catalog.h"

namespace vedette::exporters::postgres {
namespace {

using Options = PostgresOptions;

PostgresFlag WithEnv(PostgresFlag flag, std::string env) {
  flag.env = std::move(env);
  return flag;
}

// A text of several, parted by commas.
template <typename Field>
PostgresFlag NamesFlag(std::string name, std::string help, std::string env, Field field) {
  PostgresFlag flag;
  flag.name = std::move(name);
  flag.help = std::move(help);
  flag.env = std::move(env);
  flag.set = [field](Options* options, std::string_view value) {
    field(options).clear();
    for (const std::string_view one : base::Split(value, ',')) {
      if (!base::Trim(one).empty()) field(options).emplace_back(base::Trim(one));
    }
    return base::Status();
  };
  return flag;
}

// Secrets are for the environment: a command line is everybody's to read.
template <typename Field>
PostgresFlag SourceFlag(std::string name, std::string help, std::string env, Field field) {
  PostgresFlag flag = TextFlag<Options>(std::move(name), std::move(help), "", field);
  flag.env = std::move(env);
  flag.is_hidden = true;
  return flag;
}

void AddSources(std::vector<PostgresFlag>* flags) {
  flags->push_back(SourceFlag(
      "data-source-name", "Servers to connect to, parted by commas", "DATA_SOURCE_NAME",
      [](Options * o) -> auto& { return o->source.name; }));
  flags->push_back(SourceFlag(
      "data-source-uri", "HOST:PORT/DATABASE?sslmode=... of the server", "DATA_SOURCE_URI",
      [](Options * o) -> auto& { return o->source.uri; }));
  flags->push_back(SourceFlag(
      "data-source-uri-file", "A file with it", "DATA_SOURCE_URI_FILE",
      [](Options * o) -> auto& { return o->source.uri_file; }));
  flags->push_back(SourceFlag(
      "data-source-user", "The user to go with it", "DATA_SOURCE_USER",
      [](Options * o) -> auto& { return o->source.user; }));
  flags->push_back(SourceFlag(
      "data-source-user-file", "A file with the user", "DATA_SOURCE_USER_FILE",
      [](Options * o) -> auto& { return o->source.user_file; }));
  flags->push_back(SourceFlag(
      "data-source-pass", "The password to go with it", "DATA_SOURCE_PASS",
      [](Options * o) -> auto& { return o->source.pass; }));
  flags->push_back(SourceFlag(
      "data-source-pass-file", "A file with the password", "DATA_SOURCE_PASS_FILE",
      [](Options * o) -> auto& { return o->source.pass_file; }));
  flags->push_back(TextFlag<Options>(
      "config.file", "File of auth modules for /probe", Options().config_file,
      [](Options * o) -> auto& { return o->config_file; }));
}

base::Status SetNames(Options* options, std::string_view value) {
  constexpr std::pair<std::string_view, MetricNames> kNames[] = {
      {"both", MetricNames::kBoth}, {"0.19", MetricNames::k019}, {"0.20", MetricNames::k020}};
  for (const auto& [text, names] : kNames) {
    if (text != value) continue;
    options->names = names;
    return base::Status();
  }
  return base::InvalidArgument(
      base::Concat({"found ", base::GoQuote(value), "; allowed are both, 0.19 and 0.20"}));
}

void AddNames(std::vector<PostgresFlag>* flags) {
  PostgresFlag names;
  names.name = "metric-names";
  names.help = "Whose names to use: postgres_exporter's of 0.19, of 0.20, or both (only here)";
  names.default_value = "both";
  names.env = "PG_EXPORTER_METRIC_NAMES";
  names.set = &SetNames;
  flags->push_back(std::move(names));
  flags->push_back(
      WithEnv(TextFlag<Options>(
                  "metric-prefix", "In place of \"pg\" in default and custom metrics",
                  Options().metric_prefix, [](Options * o) -> auto& { return o->metric_prefix; }),
              "PG_EXPORTER_METRIC_PREFIX"));
  flags->push_back(WithEnv(TextFlag<Options>(
                               "constantLabels", "NAME=VALUE,... on default and custom metrics", "",
                               [](Options * o) -> auto& { return o->constant_labels; }),
                           "PG_EXPORTER_CONSTANT_LABELS"));
  flags->push_back(WithEnv(SwitchFlag<Options>(
                               "disable-default-metrics", "Leave the default metrics out", false,
                               [](Options * o) -> auto& { return o->disable_default_metrics; }),
                           "PG_EXPORTER_DISABLE_DEFAULT_METRICS"));
  flags->push_back(WithEnv(SwitchFlag<Options>(
                               "disable-settings-metrics", "Leave pg_settings out", false,
                               [](Options * o) -> auto& { return o->disable_settings_metrics; }),
                           "PG_EXPORTER_DISABLE_SETTINGS_METRICS"));
  flags->push_back(WithEnv(TextFlag<Options>(
                               "extend.query-path", "File of custom queries to run", "",
                               [](Options * o) -> auto& { return o->extend_query_path; }),
                           "PG_EXPORTER_EXTEND_QUERY_PATH"));
}

void AddDiscovery(std::vector<PostgresFlag>* flags) {
  flags->push_back(WithEnv(SwitchFlag<Options>(
                               "auto-discover-databases", "Read every database of a server", false,
                               [](Options * o) -> auto& { return o->discovery.on; }),
                           "PG_EXPORTER_AUTO_DISCOVER_DATABASES"));
  flags->push_back(NamesFlag(
      "include-databases", "Databases to discover, parted by commas; empty: all",
      "PG_EXPORTER_INCLUDE_DATABASES", [](Options * o) -> auto& { return o->discovery.include; }));
  flags->push_back(NamesFlag(
      "exclude-databases", "Databases to leave out, parted by commas",
      "PG_EXPORTER_EXCLUDE_DATABASES", [](Options * o) -> auto& { return o->discovery.exclude; }));
  flags->push_back(WithEnv(CountFlag<Options>(
                               "auto-discover-databases.limit",
                               "Most databases, and so connections, to discover (only here)",
                               Options().discovery.max_databases, 1, 10'000,
                               [](Options * o) -> auto& { return o->discovery.max_databases; }),
                           "PG_EXPORTER_AUTO_DISCOVER_DATABASES_LIMIT"));
}

void AddTimeouts(std::vector<PostgresFlag>* flags) {
  flags->push_back(WithEnv(
      TimeFlag<Options>(
          "collection-timeout", "Longest time for a scrape, where the scraper does not allow less",
          "1m", [](Options * o) -> auto& { return o->timeouts.collection; }),
      "PG_EXPORTER_COLLECTION_TIMEOUT"));
  flags->push_back(WithEnv(TimeFlag<Options>(
                               "connect-timeout", "Longest time to connect (only here)", "5s",
                               [](Options * o) -> auto& { return o->timeouts.connect; }),
                           "PG_EXPORTER_CONNECT_TIMEOUT"));
  flags->push_back(WithEnv(TimeFlag<Options>(
                               "lock-timeout", "Longest wait for another's lock (only here)",
                               "500ms", [](Options * o) -> auto& { return o->timeouts.lock; }),
                           "PG_EXPORTER_LOCK_TIMEOUT"));
}

void AddStatements(std::vector<PostgresFlag>* flags) {
  const Options::StatStatements defaults;
  const std::string prefix = "collector.stat_statements.";
  flags->push_back(SwitchFlag<Options>(
      prefix + "include_query", "Show the text of each query id", defaults.include_query,
      [](Options * o) -> auto& { return o->stat_statements.include_query; }));
  flags->push_back(CountFlag<Options>(
      prefix + "query_length", "Longest text to show, in characters", defaults.query_length, 1,
      100'000, [](Options * o) -> auto& { return o->stat_statements.query_length; }));
  flags->push_back(CountFlag<Options>(
      prefix + "limit", "Most statements to show", defaults.limit, 1, 100'000,
      [](Options * o) -> auto& { return o->stat_statements.limit; }));
  flags->push_back(NamesFlag(
      prefix + "exclude_databases", "Databases to leave out, parted by commas", "",
      [](Options * o) -> auto& { return o->stat_statements.exclude_databases; }));
  flags->push_back(NamesFlag(
      prefix + "exclude_users", "Users to leave out, parted by commas", "",
      [](Options * o) -> auto& { return o->stat_statements.exclude_users; }));
}

}  // namespace

std::vector<PostgresFlag> PostgresFlags() {
  std::vector<PostgresFlag> flags;
  AddSources(&flags);
  AddNames(&flags);
  AddDiscovery(&flags);
  AddTimeouts(&flags);
  AddStatements(&flags);
  for (const CollectorSpec& spec : AllCollectors()) {
    const std::string name = spec.name;
    flags.push_back(SwitchFlag<Options>(
        "collector." + name, "Run the collector " + name,
        spec.default_on, [name](Options * o) -> auto& { return o->collectors[name]; }));
  }
  return flags;
}

}  // namespace vedette::exporters::postgres
