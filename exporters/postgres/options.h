#ifndef VEDETTE_EXPORTERS_POSTGRES_OPTIONS_H_
#define VEDETTE_EXPORTERS_POSTGRES_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vedette::exporters::postgres {

// Which generation of postgres_exporter's names the page has: those of 0.19, those that 0.20 gave
// the same things, or both side by side.
enum class MetricNames { kBoth, k019, k020 };

// Everything that the flags set. A plain value; flags.h fills it. Holds passwords: never print it.
struct PostgresOptions {
  // Where to connect: `name` (several, parted by commas) wins; else uri, user and pass, of which
  // each is read from its file where one is named.
  struct Source {
    std::string name;
    std::string uri;
    std::string uri_file;
    std::string user;
    std::string user_file;
    std::string pass;
    std::string pass_file;
  } source;
  std::string config_file = "postgres_exporter.yml";  // auth modules of /probe

  // Collectors switched on or off by name; the others are as catalog.h has them.
  std::map<std::string, bool, std::less<>> collectors;
  MetricNames names = MetricNames::kBoth;
  bool disable_default_metrics = false;
  bool disable_settings_metrics = false;
  std::string metric_prefix = "pg";
  std::string constant_labels;  // "NAME=VALUE,NAME=VALUE"
  std::string extend_query_path;

  struct Discovery {
    bool on = false;
    std::vector<std::string> include;
    std::vector<std::string> exclude;  // also from pg_database_size_bytes
    int max_databases = 100;
  } discovery;

  struct Timeouts {
    std::chrono::milliseconds collection{60'000};  // a scrape, where its deadline is later
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds lock{500};
  } timeouts;

  struct StatStatements {
    bool include_query = false;
    int64_t query_length = 120;
    int64_t limit = 100;
    std::vector<std::string> exclude_databases;
    std::vector<std::string> exclude_users;
  } stat_statements;
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_OPTIONS_H_
