#include "exporters/caddy/access_logs.h"

#include <algorithm>

#include "base/strings.h"
#include "exporters/caddy/access_state.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::caddy {
namespace {

constexpr uint64_t kMaxPollBytes = 64ull << 20;  // of all files; some 0.2 s of reading
constexpr size_t kMaxFiles = 256;
// A file that no path leads to any more may still be written to for a moment.
constexpr int64_t kLingerNanos = 15'000'000'000;

// Matches "*" and "?"; linear in the product of the lengths.
bool Matches(std::string_view pattern, std::string_view name) {
  size_t p = 0;
  size_t n = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

base::StatusOr<std::vector<std::string>> ExpandPattern(base::FileSystem* fs,
                                                       const std::string& pattern) {
  const size_t slash = pattern.rfind('/');
  const std::string name = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  if (name.find_first_of("*?") == std::string::npos) return std::vector<std::string>{pattern};
  const std::string folder = slash == std::string::npos ? "." : pattern.substr(0, slash + 1);
  const auto names = fs->List(folder);
  std::vector<std::string> out;
  if (absl::IsNotFound(names.status())) return out;
  if (!names.ok()) return names.status();
  for (const std::string& found : *names) {
    if (Matches(name, found)) out.push_back(base::JoinPath(folder, found));
  }
  return out;
}

AccessLogs::AccessLogs(Options options) : options_(std::move(options)), stats_(options_.max_hosts) {
  base::MutexLock lock(mutex_);
  if (!options_.state_file.empty()) Restore(options_.state_file);
}

void AccessLogs::Restore(const std::string& path) {
  const auto text = options_.fs->ReadFile(path);
  if (absl::IsNotFound(text.status())) return;
  auto state = text.ok() ? ReadAccessState(*text) : text.status();
  if (!state.ok()) {
    options_.logger->Warn("the state of the access logs is not usable, counting begins anew",
                          {{"file", path}, {"err", base::Message(state.status())}});
    return;
  }
  has_state_ = true;
  stats_.Restore(std::move(state->hosts), state->lines);
  for (const AccessState::File& file : state->files) {
    restored_[{file.device, file.inode}] = file.offset;
  }
}

bool AccessLogs::Poll() {
  base::MutexLock lock(mutex_);
  TakeConfig();
  FindFiles();
  DropGone();
  return ReadFiles();
}

void AccessLogs::TakeConfig() {
  std::shared_ptr<const ConfigFacts> facts = options_.config->Get();
  if (!facts || facts == facts_) return;
  stats_.SetConfigured(facts->hosts);
  facts_ = std::move(facts);
}

void AccessLogs::FindFiles() {
  paths_.clear();
  for (const std::string& pattern : options_.patterns) FindPattern(pattern, !looked_for_patterns_);
  looked_for_patterns_ = true;
  if (!options_.from_config || !facts_) return;
  for (const std::string& file : facts_->log_files) FindPattern(file, !looked_for_config_);
  looked_for_config_ = true;
}

void AccessLogs::FindPattern(const std::string& pattern, bool first_look) {
  const auto found = ExpandPattern(options_.fs, pattern);
  if (!found.ok()) {
    paths_[pattern] = found.status();
    return;
  }
  // Where there is a state, a file that it does not name came since.
  const bool from_start = !first_look || has_state_;
  for (const std::string& path : *found) FindFile(path, from_start);
  if (first_look && !restored_.empty()) FindRenamed(pattern.substr(0, pattern.rfind('/') + 1));
}

// Files that were renamed while nobody looked are found by their inode.
void AccessLogs::FindRenamed(const std::string& folder) {
  const auto siblings = ExpandPattern(options_.fs, folder + "*");
  if (!siblings.ok()) return;
  for (const std::string& path : *siblings) {
    const auto info = options_.fs->Stat(path);
    if (info.ok() && restored_.contains({info->device, info->inode})) FindFile(path, false);
  }
}

void AccessLogs::FindFile(const std::string& path, bool from_start) {
  const auto info = options_.fs->Stat(path);
  if (absl::IsNotFound(info.status()) || (info.ok() && info->is_directory)) return;
  base::Status& status = paths_[path];
  status = info.status();
  if (!status.ok()) return;
  const FileId id(info->device, info->inode);
  const int64_t now = options_.clock->MonotonicNanos();
  if (const auto known = files_.find(id); known != files_.end()) {
    known->second.path = path;
    known->second.seen_mono_ns = now;
    return;
  }
  if (files_.size() >= kMaxFiles) {
    status = base::ResourceExhausted(base::Concat({path, ": too many access logs"}));
    return;
  }
  uint64_t offset = from_start ? 0 : info->size;
  if (const auto restored = restored_.find(id); restored != restored_.end()) {
    offset = restored->second <= info->size ? restored->second : 0;
    restored_.erase(restored);
  }
  auto tail = LogTail::Open(options_.fs, path, offset);
  status = tail.status();
  if (tail.ok()) files_[id] = {path, *std::move(tail), now};
}

void AccessLogs::DropGone() {
  const int64_t oldest = options_.clock->MonotonicNanos() - kLingerNanos;
  std::erase_if(files_, [oldest](const auto& file) { return file.second.seen_mono_ns < oldest; });
}

bool AccessLogs::ReadFiles() {
  uint64_t left = kMaxPollBytes;
  for (auto& [id, file] : files_) {
    if (left == 0) break;
    const auto got = file.tail->ReadLines(
        left, [this](std::string_view line) VEDETTE_REQUIRES(mutex_) { TakeLine(line); });
    if (!got.ok()) {
      paths_[file.path] = got.status();
      continue;
    }
    if (*got > 0) file.seen_mono_ns = options_.clock->MonotonicNanos();
    left -= std::min(left, *got);
  }
  return left == 0;
}

void AccessLogs::TakeLine(std::string_view line) {
  if (line.empty()) return;
  const LineKind kind = reader_.Read(line, &entry_);
  stats_.CountLine(kind);
  if (kind == LineKind::kRequest) stats_.Count(entry_);
}

base::Status AccessLogs::Collect(FamilySink* sink) {
  base::MutexLock lock(mutex_);
  FamilyRef readable =
      sink->Gauge("caddy_access_log_readable", "Whether an access log can be read.");
  base::Status first_error;
  for (const auto& [path, status] : paths_) {
    readable.Add(status.ok() ? 1 : 0, {{"file", path}});
    if (first_error.ok()) first_error = status;
  }
  stats_.Collect(sink);
  if (!first_error.ok()) return first_error;
  return paths_.empty() ? NoData("there is no access log") : base::Status();
}

base::Status AccessLogs::SaveState() {
  if (options_.state_file.empty()) return base::Status();
  base::MutexLock lock(mutex_);
  AccessState state;
  state.hosts = stats_.hosts();
  state.lines = stats_.lines();
  for (const auto& [id, file] : files_) {
    state.files.push_back({id.first, id.second, file.tail->offset()});
  }
  return options_.fs->WriteFileAtomic(options_.state_file, WriteAccessState(state));
}

}  // namespace vedette::exporters::caddy
