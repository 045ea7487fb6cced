#include <fnmatch.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "collector/scrape/config.h"

namespace vedette::scrape {
namespace {

std::string_view FolderOf(std::string_view pattern) {
  const size_t slash = pattern.rfind('/');
  return slash == std::string_view::npos ? "." : pattern.substr(0, slash + 1);
}

std::string_view NameOf(std::string_view pattern) {
  const size_t slash = pattern.rfind('/');
  return slash == std::string_view::npos ? pattern : pattern.substr(slash + 1);
}

bool IsFolder(base::FileSystem* fs, const std::string& path) {
  const auto info = fs->Stat(path);
  return info.ok() && info->is_directory;
}

base::Status Unusable(const FilePattern& pattern, std::string_view why) {
  return base::InvalidArgument(base::Concat({pattern.place, pattern.place.empty() ? "" : ": ",
                                             "found ", base::GoQuote(pattern.pattern), why}));
}

base::Status ExpandName(base::FileSystem* fs, const FilePattern& pattern,
                        std::vector<std::string>* files) {
  if (IsFolder(fs, pattern.pattern)) {
    const std::string_view slash = base::EndsWith(pattern.pattern, "/") ? "" : "/";
    return Unusable(pattern,
                    base::Concat({", a folder; allowed are files, such as ",
                                  base::GoQuote(base::Concat({pattern.pattern, slash, "*.yml"}))}));
  }
  if (fs->Exists(pattern.pattern)) files->push_back(pattern.pattern);
  return {};
}

base::Status ExpandPattern(base::FileSystem* fs, const FilePattern& pattern,
                           std::vector<std::string>* files) {
  const std::string folder(FolderOf(pattern.pattern));
  const std::string last(NameOf(pattern.pattern));
  if (folder.find_first_of("*?[") != folder.npos || last.find('[') != last.npos) {
    return Unusable(pattern, "; '*' and '?' may stand in the file's name only, '[' nowhere");
  }
  if (last.find_first_of("*?") == last.npos) return ExpandName(fs, pattern, files);
  const auto names = fs->List(folder);
  if (absl::IsNotFound(names.status())) return {};
  if (!names.ok()) return Unusable(pattern, base::Concat({": ", base::Message(names.status())}));
  for (const std::string& name : *names) {
    if (fnmatch(last.c_str(), name.c_str(), FNM_NOESCAPE) != 0) continue;
    std::string path = folder == "." ? name : folder + name;
    if (!IsFolder(fs, path)) files->push_back(std::move(path));
  }
  return {};
}

}  // namespace

base::StatusOr<std::vector<std::string>> ExpandFiles(base::FileSystem* fs,
                                                     const std::vector<FilePattern>& patterns) {
  std::vector<std::string> files;
  std::vector<std::string> problems;
  for (const FilePattern& pattern : patterns) {
    const base::Status status = ExpandPattern(fs, pattern, &files);
    if (!status.ok()) problems.emplace_back(base::Message(status));
  }
  if (!problems.empty()) return base::InvalidArgument(base::Join(problems, "\n"));
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace vedette::scrape
