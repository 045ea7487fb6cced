#include <algorithm>
#include <string_view>

#include "base/strings.h"
#include "collector/scrape/config.h"

namespace vedette::scrape {
namespace {

// True if `name` is what `pattern` describes: '*' any run, '?' any one character. Iterative: on a
// mismatch the last star takes one character more.
bool MatchesPattern(std::string_view pattern, std::string_view name) {
  size_t p = 0;
  size_t n = 0;
  size_t star = pattern.npos;
  size_t star_name = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_name = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

base::Status ExpandPattern(base::FileSystem* fs, const std::string& pattern,
                           std::vector<std::string>* files) {
  const size_t slash = pattern.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : pattern.substr(0, slash + 1);
  const std::string last = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  if (folder.find_first_of("*?[") != folder.npos || last.find('[') != last.npos) {
    return base::InvalidArgument(
        base::Concat({"rule_files: ", pattern, ": '*' and '?' may stand in the file's name only"}));
  }
  if (last.find_first_of("*?") == last.npos) {
    if (fs->Exists(pattern)) files->push_back(pattern);
    return {};
  }
  const auto names = fs->List(folder);
  if (absl::IsNotFound(names.status())) return {};
  VEDETTE_RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    if (!MatchesPattern(last, name)) continue;
    files->push_back(slash == std::string::npos ? name : folder + name);
  }
  return {};
}

}  // namespace

base::StatusOr<std::vector<std::string>> ExpandRuleFiles(base::FileSystem* fs,
                                                         const std::vector<std::string>& patterns) {
  std::vector<std::string> files;
  for (const std::string& pattern : patterns) {
    VEDETTE_RETURN_IF_ERROR(ExpandPattern(fs, pattern, &files));
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace vedette::scrape
