#include "app/rule_loading.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <utility>

#include "app/rules_join.h"
#include "base/strings.h"

namespace vedette::app {

base::StatusOr<std::vector<rules::GroupSpec>> ReadRuleFile(base::FileSystem* fs,
                                                           const std::string& file,
                                                           const promql::ParserOptions& parser,
                                                           bool ignore_unknown_keys) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs->ReadFile(file));
  return rules::ParseRuleFile(text, file, EngineQuerier::RuleValidator(parser),
                              ignore_unknown_keys);
}

std::vector<DuplicateRule> FindDuplicates(const std::vector<rules::GroupSpec>& groups) {
  using Labels = std::vector<std::pair<std::string, std::string>>;
  std::map<std::pair<std::string, Labels>, int> seen;
  for (const rules::GroupSpec& group : groups) {
    for (const rules::RuleSpec& rule : group.rules) {
      Labels labels = rule.labels;
      std::sort(labels.begin(), labels.end());
      ++seen[{rule.name(), std::move(labels)}];
    }
  }
  std::vector<DuplicateRule> out;
  for (const auto& [rule, count] : seen) {
    if (count > 1) out.push_back({rule.first, rule.second, count});
  }
  return out;
}

std::vector<std::string> MatchFiles(base::FileSystem* fs, const std::string& pattern) {
  const size_t slash = pattern.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : pattern.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  if (name.find_first_of("*?") == std::string::npos) {
    return fs->Stat(pattern).ok() ? std::vector<std::string>{pattern} : std::vector<std::string>{};
  }
  std::vector<std::string> found;
  const auto names = fs->List(folder.empty() ? "." : folder);
  if (!names.ok()) return found;
  for (const std::string& candidate : *names) {
    if (fnmatch(name.c_str(), candidate.c_str(), FNM_NOESCAPE) == 0) {
      found.push_back(folder + candidate);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace vedette::app
