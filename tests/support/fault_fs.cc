#include "tests/support/fault_fs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "base/strings.h"

namespace vedette::test {
namespace {

using base::FromErrno;
using base::MutexLock;
using base::Status;
using base::StatusOr;

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string Normal(const std::string& path) {
  std::string out = path;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

Status FaultStatus(FaultFs::Fault fault, const std::string& path) {
  return FromErrno(fault == FaultFs::Fault::kNoSpace ? ENOSPC : EIO,
                   base::Concat({"injected fault: ", path}));
}

}  // namespace

class FaultFs::Writable final : public base::WritableFile {
 public:
  Writable(FaultFs* fs, uint64_t epoch, std::string path, InodePtr inode)
      : fs_(fs), epoch_(epoch), path_(std::move(path)), inode_(std::move(inode)) {}
  Status Append(std::string_view data) override {
    return fs_->AppendTo(epoch_, path_, inode_.get(), data);
  }
  Status Sync() override { return fs_->SyncInode(epoch_, path_, inode_.get()); }
  Status Close() override { return Status(); }
  Status StillNamed() const override { return fs_->StillNamed(epoch_, path_, inode_.get()); }

 private:
  FaultFs* const fs_;
  const uint64_t epoch_;
  const std::string path_;
  const InodePtr inode_;
};

class FaultFs::Readable final : public base::RandomAccessFile {
 public:
  Readable(const FaultFs* fs, InodePtr inode) : fs_(fs), inode_(std::move(inode)) {}
  StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) const override {
    MutexLock lock(fs_->mutex_);
    if (offset >= inode_->live.size()) return 0;
    n = std::min<size_t>(n, inode_->live.size() - offset);
    if (inode_->unreadable && *inode_->unreadable - offset < n) {
      return FromErrno(EIO, "injected fault: read");
    }
    std::memcpy(buffer, inode_->live.data() + offset, n);
    return n;
  }
  uint64_t Size() const override {
    MutexLock lock(fs_->mutex_);
    return inode_->live.size();
  }

 private:
  const FaultFs* const fs_;
  const InodePtr inode_;
};

class FaultFs::Held final : public base::FileLock {
 public:
  Held(FaultFs* fs, uint64_t epoch, std::string path, InodePtr inode)
      : fs_(fs), epoch_(epoch), path_(std::move(path)), inode_(std::move(inode)) {}
  ~Held() override {
    MutexLock lock(fs_->mutex_);
    const auto held = fs_->locks_.find(inode_.get());
    if (held != fs_->locks_.end() && held->second == this) fs_->locks_.erase(held);
  }
  Status StillNamed() const override { return fs_->StillNamed(epoch_, path_, inode_.get()); }

 private:
  FaultFs* const fs_;
  const uint64_t epoch_;
  const std::string path_;
  const InodePtr inode_;
};

// --- Faults ------------------------------------------------------------------------------------

void FaultFs::FailAt(uint64_t k, Fault fault) {
  MutexLock lock(mutex_);
  fail_at_ = operations_ + k;
  fail_always_ = false;
  fault_ = fault;
}

void FaultFs::FailAlways(Fault fault) {
  MutexLock lock(mutex_);
  fail_always_ = true;
  fault_ = fault;
}

void FaultFs::ClearFault() {
  MutexLock lock(mutex_);
  fail_at_ = 0;
  fail_always_ = false;
}

uint64_t FaultFs::operations() const {
  MutexLock lock(mutex_);
  return operations_;
}

bool FaultFs::crashed() const {
  MutexLock lock(mutex_);
  return crashed_;
}

void FaultFs::SetCapacity(std::optional<uint64_t> bytes) {
  MutexLock lock(mutex_);
  capacity_ = bytes;
}

std::optional<FaultFs::Fault> FaultFs::NextFault() {
  ++operations_;
  if (crashed_) return Fault::kCrash;
  if (!fail_always_ && operations_ != fail_at_) return std::nullopt;
  crashed_ = fault_ == Fault::kCrash;
  return fault_;
}

Status FaultFs::Mutate(const std::string& path) {
  const auto fault = NextFault();
  return fault ? FaultStatus(*fault, path) : Status();
}

uint64_t FaultFs::Pick(uint64_t below_or_at) {
  return std::uniform_int_distribution<uint64_t>(0, below_or_at)(random_);
}

void FaultFs::Restart() {
  MutexLock lock(mutex_);
  const uint64_t kept = Pick(pending_.size());
  for (uint64_t i = 0; i < kept; ++i) Apply(pending_[i], &durable_);
  pending_.clear();
  live_ = durable_;
  std::set<Inode*> seen;
  for (const auto& [name, inode] : live_) {
    if (!seen.insert(inode.get()).second) continue;
    std::string& durable = inode->durable;
    const bool grown =
        inode->live.size() > durable.size() && inode->live.compare(0, durable.size(), durable) == 0;
    if (grown && inode->lost_to <= inode->lost_from) {
      durable.append(inode->live, durable.size(), Pick(inode->live.size() - durable.size()));
    }
    inode->live = durable;
    inode->lost_from = inode->lost_to = 0;
  }
  crashed_ = false;
  fail_at_ = 0;
  fail_always_ = false;
  locks_.clear();
  ++epoch_;
}

void FaultFs::Kill() {
  MutexLock lock(mutex_);
  crashed_ = false;
  fail_at_ = 0;
  fail_always_ = false;
  locks_.clear();
  ++epoch_;
}

void FaultFs::MakeUnreadable(const std::string& path, uint64_t offset) {
  MutexLock lock(mutex_);
  live_.at(Normal(path))->unreadable = offset;
}

void FaultFs::Corrupt(const std::string& path, uint64_t offset, std::string_view bytes) {
  MutexLock lock(mutex_);
  Inode& inode = *live_.at(Normal(path));
  VEDETTE_CHECK(offset + bytes.size() <= inode.live.size());
  inode.live.replace(offset, bytes.size(), bytes);
  if (offset + bytes.size() <= inode.durable.size()) {
    inode.durable.replace(offset, bytes.size(), bytes);
  }
}

// --- Names -------------------------------------------------------------------------------------

void FaultFs::Apply(const NameChange& change, Names* names) {
  if (!change.removed.empty()) names->erase(change.removed);
  if (!change.set.empty()) (*names)[change.set] = change.inode;
}

void FaultFs::Change(NameChange change) {
  Apply(change, &live_);
  pending_.push_back(std::move(change));
}

StatusOr<FaultFs::InodePtr> FaultFs::Find(const std::string& path) {
  const auto it = live_.find(Normal(path));
  if (it == live_.end()) return FromErrno(ENOENT, base::Concat({"open ", path}));
  return it->second;
}

StatusOr<FaultFs::InodePtr> FaultFs::FindOrCreate(const std::string& path) {
  if (auto found = Find(path); found.ok()) return found;
  const std::string parent = ParentOf(Normal(path));
  if (parent != "." && parent != "/" && !live_.contains(parent)) {
    return FromErrno(ENOENT, base::Concat({"open ", path}));
  }
  auto inode = std::make_shared<Inode>();
  inode->number = next_inode_++;
  Change({Normal(path), inode, ""});
  return inode;
}

Status FaultFs::Rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(from));
  VEDETTE_ASSIGN_OR_RETURN(const InodePtr inode, Find(from));
  const std::string old_name = Normal(from);
  const std::string new_name = Normal(to);
  if (!inode->is_directory) {
    Change({new_name, inode, old_name});
    return Status();
  }
  // A folder takes what is in it along.
  const Names before = live_;
  for (const auto& [name, child] : before) {
    if (name == old_name || base::StartsWith(name, old_name + "/")) {
      Change({new_name + name.substr(old_name.size()), child, name});
    }
  }
  return Status();
}

Status FaultFs::Remove(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  VEDETTE_RETURN_IF_ERROR(Find(path).status());
  Change({"", nullptr, Normal(path)});
  return Status();
}

Status FaultFs::RemoveAll(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  const Names before = live_;
  for (const auto& [name, inode] : before) {
    if (name == Normal(path) || base::StartsWith(name, Normal(path) + "/")) {
      Change({"", nullptr, name});
    }
  }
  return Status();
}

Status FaultFs::CreateDirs(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  for (size_t at = 0; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const std::string folder = Normal(path.substr(0, at));
    if (folder.empty() || folder == "/" || live_.contains(folder)) continue;
    auto inode = std::make_shared<Inode>();
    inode->number = next_inode_++;
    inode->is_directory = true;
    // Folders are made once and not what the tests are about: at once on the platter.
    Apply({folder, inode, ""}, &live_);
    Apply({folder, inode, ""}, &durable_);
  }
  return Status();
}

StatusOr<std::vector<std::string>> FaultFs::List(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Find(path).status());
  std::vector<std::string> names;
  for (const auto& [name, inode] : live_) {
    if (ParentOf(name) == Normal(path)) names.push_back(name.substr(name.rfind('/') + 1));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status FaultFs::SyncDir(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  const std::string folder = Normal(path);
  std::vector<NameChange> left;
  for (NameChange& change : pending_) {
    const bool here = (!change.set.empty() && ParentOf(change.set) == folder) ||
                      (!change.removed.empty() && ParentOf(change.removed) == folder);
    if (here) {
      Apply(change, &durable_);
    } else {
      left.push_back(std::move(change));
    }
  }
  pending_ = std::move(left);
  return Status();
}

// --- Content -----------------------------------------------------------------------------------

StatusOr<std::unique_ptr<base::WritableFile>> FaultFs::Create(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  VEDETTE_ASSIGN_OR_RETURN(InodePtr inode, FindOrCreate(path));
  inode->live.clear();
  return std::make_unique<Writable>(this, epoch_, path, std::move(inode));
}

StatusOr<std::unique_ptr<base::WritableFile>> FaultFs::OpenAppend(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  VEDETTE_ASSIGN_OR_RETURN(InodePtr inode, FindOrCreate(path));
  return std::make_unique<Writable>(this, epoch_, path, std::move(inode));
}

StatusOr<std::unique_ptr<base::RandomAccessFile>> FaultFs::OpenRead(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_ASSIGN_OR_RETURN(InodePtr inode, Find(path));
  return std::make_unique<Readable>(this, std::move(inode));
}

StatusOr<std::string> FaultFs::ReadFile(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_ASSIGN_OR_RETURN(const InodePtr inode, Find(path));
  return inode->live;
}

Status FaultFs::AppendTo(uint64_t epoch, const std::string& path, Inode* inode,
                         std::string_view data) {
  MutexLock lock(mutex_);
  if (epoch != epoch_) return FromErrno(EBADF, base::Concat({"write ", path}));
  const bool was_crashed = crashed_;
  if (const auto fault = NextFault()) {
    const bool partly = *fault == Fault::kShortWrite || (*fault == Fault::kCrash && !was_crashed);
    if (partly) inode->live.append(data.substr(0, Pick(data.size())));
    return FaultStatus(*fault, path);
  }
  const uint64_t used = Used();
  const uint64_t room = !capacity_ ? data.size() : *capacity_ > used ? *capacity_ - used : 0;
  inode->live.append(data.substr(0, room));
  if (room < data.size()) return FaultStatus(Fault::kNoSpace, path);
  return Status();
}

Status FaultFs::SyncInode(uint64_t epoch, const std::string& path, Inode* inode) {
  MutexLock lock(mutex_);
  if (epoch != epoch_) return FromErrno(EBADF, base::Concat({"fsync ", path}));
  if (const auto fault = NextFault()) {
    if (*fault == Fault::kFailedSync) {
      inode->lost_from = std::min<uint64_t>(inode->durable.size(), inode->live.size());
      inode->lost_to = inode->live.size();
    }
    return FaultStatus(*fault, path);
  }
  inode->durable = inode->live;
  const uint64_t lost_to = std::min<uint64_t>(inode->lost_to, inode->durable.size());
  for (uint64_t i = inode->lost_from; i < lost_to; ++i) inode->durable[i] = '\0';
  return Status();
}

Status FaultFs::Truncate(const std::string& path, uint64_t size) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  VEDETTE_ASSIGN_OR_RETURN(const InodePtr inode, Find(path));
  inode->live.resize(size);
  return Status();
}

Status FaultFs::Allocate(const std::string& path, uint64_t size) {
  MutexLock lock(mutex_);
  VEDETTE_RETURN_IF_ERROR(Mutate(path));
  VEDETTE_ASSIGN_OR_RETURN(const InodePtr inode, FindOrCreate(path));
  if (inode->live.size() >= size) return Status();
  if (capacity_ && Used() + size - inode->live.size() > *capacity_) {
    return FaultStatus(Fault::kNoSpace, path);
  }
  inode->live.resize(size);
  return Status();
}

StatusOr<base::FileInfo> FaultFs::Stat(const std::string& path) {
  MutexLock lock(mutex_);
  VEDETTE_ASSIGN_OR_RETURN(const InodePtr inode, Find(path));
  base::FileInfo info;
  info.size = inode->live.size();
  info.is_directory = inode->is_directory;
  info.device = 1;
  info.inode = inode->number;
  return info;
}

uint64_t FaultFs::Used() const {
  uint64_t used = 0;
  for (const auto& [name, inode] : live_) used += inode->live.size();
  return used;
}

StatusOr<uint64_t> FaultFs::FreeSpace(const std::string&) {
  MutexLock lock(mutex_);
  const uint64_t used = Used();
  if (!capacity_) return uint64_t{1} << 40;
  return *capacity_ > used ? *capacity_ - used : 0;
}

StatusOr<std::unique_ptr<base::FileLock>> FaultFs::Lock(const std::string& path) {
  MutexLock lock(mutex_);
  // A lock's file holds nothing: like folders it is at once on the platter.
  VEDETTE_ASSIGN_OR_RETURN(InodePtr inode, FindOrCreate(path));
  Apply({Normal(path), inode, ""}, &durable_);
  if (locks_.contains(inode.get())) {
    return base::Unavailable(base::Concat({"lock ", path, ": held by another process"}));
  }
  auto held = std::make_unique<Held>(this, epoch_, path, inode);
  locks_[inode.get()] = held.get();
  return held;
}

Status FaultFs::StillNamed(uint64_t epoch, const std::string& path, const Inode* inode) const {
  MutexLock lock(mutex_);
  if (epoch != epoch_) return FromErrno(EBADF, base::Concat({"stat ", path}));
  const auto named = live_.find(Normal(path));
  if (named != live_.end() && named->second.get() == inode) return Status();
  return base::NotFound(base::Concat({path, ": removed or replaced"}));
}

}  // namespace vedette::test
