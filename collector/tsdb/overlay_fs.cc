#include "collector/tsdb/overlay_fs.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "base/strings.h"

namespace vedette::tsdb {
namespace {

base::Status NoSuchFile(const std::string& path) {
  return base::NotFound(base::Concat({path, ": No such file or directory"}));
}

class NoLock final : public base::FileLock {
 public:
  base::Status StillNamed() const override { return {}; }
};

bool IsUnder(const std::string& path, const std::string& folder) {
  return path == folder || base::StartsWith(path, folder + "/");
}

}  // namespace

class OverlayFs::MemoryWriter final : public base::WritableFile {
 public:
  explicit MemoryWriter(std::shared_ptr<std::string> content) : content_(std::move(content)) {}
  base::Status Append(std::string_view data) override {
    content_->append(data);
    return {};
  }
  base::Status Sync() override { return {}; }
  base::Status Close() override { return {}; }
  base::Status StillNamed() const override { return {}; }

 private:
  const std::shared_ptr<std::string> content_;
};

// Reads what was there when it was opened.
class OverlayFs::MemoryReader final : public base::RandomAccessFile {
 public:
  explicit MemoryReader(std::string content) : content_(std::move(content)) {}
  base::StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) const override {
    if (offset >= content_.size()) return size_t{0};
    const size_t got = std::min<size_t>(n, content_.size() - offset);
    std::memcpy(buffer, content_.data() + offset, got);
    return got;
  }
  uint64_t Size() const override { return content_.size(); }

 private:
  const std::string content_;
};

const OverlayFs::Entry* OverlayFs::Find(const std::string& path) const {
  // The path itself or, where a folder above was removed, that folder.
  for (std::string at = path; !at.empty(); at.resize(at.rfind('/'))) {
    const auto found = entries_.find(at);
    if (found != entries_.end() && (at == path || found->second.kind == Entry::Kind::kGone)) {
      return &found->second;
    }
    if (at.rfind('/') == std::string::npos) break;
  }
  return nullptr;
}

base::StatusOr<std::shared_ptr<std::string>> OverlayFs::ToMemory(const std::string& path) {
  const Entry* entry = Find(path);
  if (entry != nullptr && entry->kind == Entry::Kind::kMemory) return entry->content;
  auto content = std::make_shared<std::string>();
  if (entry == nullptr || entry->kind == Entry::Kind::kBelow) {
    const std::string below = entry == nullptr ? path : entry->path;
    base::StatusOr<std::string> bytes = below_->ReadFile(below);
    if (!bytes.ok() && !absl::IsNotFound(bytes.status())) return bytes.status();
    if (bytes.ok()) *content = *std::move(bytes);
  }
  entries_[path] = {Entry::Kind::kMemory, content, ""};
  return content;
}

base::StatusOr<std::unique_ptr<base::WritableFile>> OverlayFs::Create(const std::string& path) {
  base::MutexLock lock(mutex_);
  auto content = std::make_shared<std::string>();
  entries_[path] = {Entry::Kind::kMemory, content, ""};
  return std::make_unique<MemoryWriter>(std::move(content));
}

base::StatusOr<std::unique_ptr<base::WritableFile>> OverlayFs::OpenAppend(const std::string& path) {
  base::MutexLock lock(mutex_);
  VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<std::string> content, ToMemory(path));
  return std::make_unique<MemoryWriter>(std::move(content));
}

base::StatusOr<std::unique_ptr<base::RandomAccessFile>> OverlayFs::OpenRead(
    const std::string& path) {
  base::MutexLock lock(mutex_);
  const Entry* entry = Find(path);
  if (entry == nullptr) return below_->OpenRead(path);
  if (entry->kind == Entry::Kind::kBelow) return below_->OpenRead(entry->path);
  if (entry->kind != Entry::Kind::kMemory) return NoSuchFile(path);
  return std::make_unique<MemoryReader>(*entry->content);
}

base::StatusOr<std::string> OverlayFs::ReadFile(const std::string& path) {
  base::MutexLock lock(mutex_);
  const Entry* entry = Find(path);
  if (entry == nullptr) return below_->ReadFile(path);
  if (entry->kind == Entry::Kind::kBelow) return below_->ReadFile(entry->path);
  if (entry->kind != Entry::Kind::kMemory) return NoSuchFile(path);
  return *entry->content;
}

base::Status OverlayFs::Rename(const std::string& from, const std::string& to) {
  VEDETTE_RETURN_IF_ERROR(Stat(from).status());
  base::MutexLock lock(mutex_);
  const Entry* entry = Find(from);
  Entry moved = entry == nullptr ? Entry{Entry::Kind::kBelow, nullptr, from} : *entry;
  entries_[to] = std::move(moved);
  entries_[from] = {};
  return {};
}

base::Status OverlayFs::Remove(const std::string& path) {
  VEDETTE_RETURN_IF_ERROR(Stat(path).status());
  base::MutexLock lock(mutex_);
  entries_[path] = {};
  return {};
}

base::Status OverlayFs::RemoveAll(const std::string& path) {
  base::MutexLock lock(mutex_);
  std::erase_if(entries_, [&path](const auto& entry) { return IsUnder(entry.first, path); });
  entries_[path] = {};
  return {};
}

base::Status OverlayFs::Truncate(const std::string& path, uint64_t size) {
  base::MutexLock lock(mutex_);
  VEDETTE_ASSIGN_OR_RETURN(const std::shared_ptr<std::string> content, ToMemory(path));
  content->resize(size);
  return {};
}

base::Status OverlayFs::CreateDirs(const std::string& path) {
  if (Stat(path).ok()) return {};
  base::MutexLock lock(mutex_);
  for (std::string at = path; !at.empty() && at != "/" && at != "."; at.resize(at.rfind('/'))) {
    if (const Entry* entry = Find(at);
        entry == nullptr ? below_->Exists(at) : entry->kind == Entry::Kind::kFolder) {
      break;
    }
    entries_[at] = {Entry::Kind::kFolder, nullptr, ""};
    if (at.rfind('/') == std::string::npos) break;
  }
  return {};
}

base::StatusOr<std::vector<std::string>> OverlayFs::List(const std::string& path) {
  base::MutexLock lock(mutex_);
  const Entry* own = Find(path);
  if (own != nullptr && own->kind != Entry::Kind::kFolder) return NoSuchFile(path);
  std::set<std::string> names;
  if (own == nullptr) {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> below, below_->List(path));
    names.insert(below.begin(), below.end());
  }
  const std::string prefix = path + "/";
  for (auto at = entries_.lower_bound(prefix);
       at != entries_.end() && base::StartsWith(at->first, prefix); ++at) {
    const std::string name = at->first.substr(prefix.size());
    if (name.find('/') != std::string::npos) continue;
    if (at->second.kind == Entry::Kind::kGone) {
      names.erase(name);
    } else {
      names.insert(name);
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

base::StatusOr<base::FileInfo> OverlayFs::Stat(const std::string& path) {
  base::MutexLock lock(mutex_);
  const Entry* entry = Find(path);
  if (entry == nullptr) return below_->Stat(path);
  if (entry->kind == Entry::Kind::kBelow) return below_->Stat(entry->path);
  if (entry->kind == Entry::Kind::kGone) return NoSuchFile(path);
  base::FileInfo info;
  info.is_directory = entry->kind == Entry::Kind::kFolder;
  if (entry->content != nullptr) info.size = entry->content->size();
  return info;
}

base::Status OverlayFs::SyncDir(const std::string&) { return {}; }

base::StatusOr<uint64_t> OverlayFs::FreeSpace(const std::string&) { return uint64_t{1} << 40; }

base::Status OverlayFs::Allocate(const std::string& path, uint64_t) {
  return Create(path).status();
}

base::StatusOr<std::unique_ptr<base::FileLock>> OverlayFs::Lock(const std::string&) {
  return std::make_unique<NoLock>();
}

}  // namespace vedette::tsdb
