#include <algorithm>
#include <utility>

#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/store_impl.h"

// What the store gives up: parts beyond the retention's time and beyond its size.

namespace vedette::tsdb {
namespace {

constexpr int64_t kMeasureEveryNs = 60'000'000'000;

// The bytes of all files under `dir`. A file that vanishes meanwhile counts nothing.
base::StatusOr<uint64_t> BytesUnder(base::FileSystem* fs, const std::string& dir) {
  uint64_t bytes = 0;
  std::vector<std::string> folders = {dir};
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    const base::StatusOr<std::vector<std::string>> names = fs->List(folder);
    if (absl::IsNotFound(names.status())) continue;
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      std::string path = base::JoinPath(folder, name);
      const base::StatusOr<base::FileInfo> info = fs->Stat(path);
      if (!info.ok()) continue;
      if (info->is_directory) {
        folders.push_back(std::move(path));
      } else {
        bytes += info->size;
      }
    }
  }
  return bytes;
}

// The parts in the order in which they are given up: day by day, the oldest first. The newest part
// is not among them.
std::vector<PartMeta> OldestFirst(const PartList& list) {
  std::vector<PartMeta> parts;
  for (const StoredPart& part : list) parts.push_back(part.meta);
  std::stable_sort(parts.begin(), parts.end(), [](const PartMeta& a, const PartMeta& b) {
    return std::pair(DayOf(a.min_ms), a.max_ms) < std::pair(DayOf(b.min_ms), b.max_ms);
  });
  if (!parts.empty()) parts.pop_back();
  return parts;
}

}  // namespace

base::Status Store::Impl::DropOld() {
  int64_t oldest_ms = INT64_MIN;
  {
    base::MutexLock lock(mutex_);
    oldest_ms = OldestMs();
  }
  PartSet::Change change;
  for (const StoredPart& part : *parts_->Snapshot()) {
    if (part.meta.max_ms < oldest_ms) change.removed.push_back(part.meta.id);
  }
  if (change.removed.empty()) return {};
  options_.log->Info("metrics store: parts beyond the retention are dropped",
                     {{"parts", static_cast<uint64_t>(change.removed.size())}});
  const HistoryChange history(this);
  return parts_->Commit(std::move(change));
}

base::Status Store::Impl::KeepSize() {
  const int64_t now_ns = options_.clock->MonotonicNanos();
  if (measured_ && now_ns - measured_at_ns_ < kMeasureEveryNs) return {};
  keeper_.Trim();
  VEDETTE_ASSIGN_OR_RETURN(uint64_t bytes, BytesUnder(options_.fs, options_.dir));
  measured_ = true;
  measured_at_ns_ = now_ns;
  PartSet::Change change;
  if (options_.retention_bytes > 0) {
    for (const PartMeta& part : OldestFirst(*parts_->Snapshot())) {
      if (bytes <= options_.retention_bytes) break;
      change.removed.push_back(part.id);
      bytes -= std::min(bytes, part.bytes);
    }
  }
  storage_bytes_->Set(static_cast<double>(bytes));
  SayOverSize(bytes);
  if (change.removed.empty()) return {};
  options_.log->Info("metrics store: the oldest parts are dropped to keep the size",
                     {{"parts", static_cast<uint64_t>(change.removed.size())},
                      {"bytes_left", bytes},
                      {"limit", options_.retention_bytes}});
  const HistoryChange history(this);
  VEDETTE_RETURN_IF_ERROR(parts_->Commit(std::move(change)));
  size_retentions_->Add();
  return {};
}

void Store::Impl::SayOverSize(uint64_t bytes) {
  const bool over = options_.retention_bytes > 0 && bytes > options_.retention_bytes;
  if (std::exchange(over_size_, over) || !over) return;
  options_.log->Warn(
      "metrics store: larger than its size allows, though only the newest part is "
      "left to drop",
      {{"dir", options_.dir}, {"bytes", bytes}, {"limit", options_.retention_bytes}});
}

}  // namespace vedette::tsdb
