#ifndef VEDETTE_APP_RULE_LOADING_H_
#define VEDETTE_APP_RULE_LOADING_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerting/rules/rule_file.h"
#include "base/fs.h"
#include "base/status.h"
#include "collector/promql/parser.h"

// What `vedette check rules` and `vedette test rules` know of rule files.

namespace vedette::app {

// Reads one file. Errors name all its problems, one a line.
base::StatusOr<std::vector<rules::GroupSpec>> ReadRuleFile(base::FileSystem* fs,
                                                           const std::string& file,
                                                           const promql::ParserOptions& parser,
                                                           bool ignore_unknown_keys);

// A rule that stands in a file more than once with the same name and labels.
struct DuplicateRule {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  int count = 0;
};
std::vector<DuplicateRule> FindDuplicates(const std::vector<rules::GroupSpec>& groups);

// The files that match a pattern, `*` and `?` in its last part, sorted; none where there are none.
std::vector<std::string> MatchFiles(base::FileSystem* fs, const std::string& pattern);

}  // namespace vedette::app

#endif  // VEDETTE_APP_RULE_LOADING_H_
