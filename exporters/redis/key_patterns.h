#ifndef VEDETTE_EXPORTERS_REDIS_KEY_PATTERNS_H_
#define VEDETTE_EXPORTERS_REDIS_KEY_PATTERNS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::redis {

// A key, or a glob pattern of keys, in a database. A plain value.
struct KeyPattern {
  int database = 0;
  std::string key;

  bool is_pattern() const { return key.find_first_of("?*[]^") != std::string::npos; }
  std::string db_label() const { return "db" + std::to_string(database); }
  bool operator==(const KeyPattern&) const = default;
};

// "db3=key,other": parts by commas, of database 0 where none is named; keys are percent-encoded
// where they hold a comma or an equals sign. Empty parts are skipped. Errors repeat the part.
base::StatusOr<std::vector<KeyPattern>> ParseKeyPatterns(std::string_view text);

// One row of comma-separated values: a part may stand in double quotes, with "" for a quote.
base::StatusOr<std::vector<std::string>> ParseCsvRow(std::string_view text);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_KEY_PATTERNS_H_
