#include "collector/scrape/discovery/file_source.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/scrape/discovery/group_list.h"

namespace vedette::scrape {
namespace {

constexpr uint64_t kMaxFileBytes = 64 << 20;
// A file that has not changed for so long is taken to be whole.
constexpr int64_t kSettledNs = 1'000'000'000;
constexpr int64_t kAgainMs = 1000;

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view NameOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

bool IsSame(const base::FileInfo& a, const base::FileInfo& b) {
  return a.size == b.size && a.mtime_ns == b.mtime_ns && a.inode == b.inode && a.device == b.device;
}

bool IsJson(std::string_view path) { return base::EndsWith(base::ToLowerAscii(path), ".json"); }

}  // namespace

std::vector<std::string> FileSource::Folders() const {
  std::set<std::string> folders;
  for (const std::string& pattern : config_.patterns) folders.insert(FolderOf(pattern));
  return {folders.begin(), folders.end()};
}

bool FileSource::Matches(const std::string& pattern, const std::string& path) {
  const std::string_view last = NameOf(pattern);
  const std::string_view name = NameOf(path);
  return std::string_view(pattern).substr(0, pattern.size() - last.size()) ==
             std::string_view(path).substr(0, path.size() - name.size()) &&
         fnmatch(last.data(), name.data(), FNM_NOESCAPE) == 0;
}

FileSource::Named FileSource::Expand(Found* found) const {
  Named named;
  const auto unseen = [&](const std::string& pattern, const base::Status& why) {
    if (absl::IsNotFound(why)) return;  // it names nothing
    found->problems.emplace_back(base::Message(why));
    named.unseen.push_back(pattern);
  };
  for (const std::string& pattern : config_.patterns) {
    if (pattern.find('*') == pattern.npos) {
      if (const auto info = fs_->Stat(pattern); info.ok()) {
        named.files.insert(pattern);
      } else {
        unseen(pattern, info.status());
      }
      continue;
    }
    const auto names = fs_->List(FolderOf(pattern));
    if (!names.ok()) {
      unseen(pattern, names.status());
      continue;
    }
    const std::string before = pattern.substr(0, pattern.size() - NameOf(pattern).size());
    for (const std::string& name : *names) {
      if (Matches(pattern, before + name)) named.files.insert(before + name);
    }
  }
  return named;
}

// A time to come says nothing of when the file was written: then it must have stayed as it is.
bool FileSource::IsSettled(const std::string& path, const base::FileInfo& info) {
  const int64_t age = clock_->WallNanos() - info.mtime_ns;
  if (age >= 0) {
    ahead_.erase(path);
    return age >= kSettledNs;
  }
  const int64_t now = clock_->MonotonicNanos();
  const auto [at, is_new] = ahead_.try_emplace(path, info, now);
  if (!IsSame(at->second.first, info)) at->second = {info, now};
  return now - at->second.second >= kSettledNs;
}

base::StatusOr<std::vector<TargetGroup>> FileSource::Read(const std::string& path,
                                                          const base::FileInfo& before,
                                                          bool* changed) const {
  if (before.size > kMaxFileBytes) {
    return base::ResourceExhausted(
        base::Concat({path, ": ", std::to_string(before.size),
                      " bytes; allowed: ", std::to_string(kMaxFileBytes)}));
  }
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, fs_->ReadFile(path));
  const auto after = fs_->Stat(path);
  *changed = !after.ok() || !IsSame(before, *after);
  return IsJson(path) ? ReadGroupsJson(text, path) : ReadGroupsYaml(text, path);
}

void FileSource::Take(const std::string& path, bool is_whole, Found* found) {
  const auto info = fs_->Stat(path);
  if (!info.ok() || info->is_directory) return;
  const auto known = taken_.find(path);
  const bool is_known = known != taken_.end() && IsSame(known->second.info, *info);
  if (is_known && !is_whole) return;
  if (!is_whole && !IsSettled(path, *info)) {
    found->again_ms = kAgainMs;
    return;
  }
  bool changed = false;
  auto groups = Read(path, *info, &changed);
  if (changed) {
    found->again_ms = kAgainMs;
    return;
  }
  Taken& taken = taken_[path];
  taken.info = *info;
  taken.problem = std::string(base::Message(groups.status()));
  if (!groups.ok()) return;  // what it said before stands on
  for (TargetGroup& group : *groups) group.labels.emplace_back("__meta_filepath", path);
  taken.groups = *std::move(groups);
}

Found FileSource::Look(const std::set<std::string>& written, std::stop_token stop) {
  Found found;
  const Named named = Expand(&found);
  for (const std::string& path : named.files) {
    if (stop.stop_requested()) break;
    Take(path, written.count(path) > 0, &found);
  }
  std::erase_if(ahead_, [&named](const auto& entry) { return !named.files.contains(entry.first); });
  std::erase_if(taken_, [&named](const auto& entry) {
    const std::string& path = entry.first;
    return !named.files.contains(path) &&
           std::none_of(named.unseen.begin(), named.unseen.end(),
                        [&path](const std::string& pattern) { return Matches(pattern, path); });
  });
  for (const auto& [path, taken] : taken_) {
    found.groups.insert(found.groups.end(), taken.groups.begin(), taken.groups.end());
    if (!taken.problem.empty()) found.problems.push_back(taken.problem);
  }
  return found;
}

}  // namespace vedette::scrape
