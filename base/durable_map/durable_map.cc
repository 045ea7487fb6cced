#include "base/durable_map/durable_map.h"

#include <utility>

#include "base/codec/bytes.h"

namespace vedette::base {
namespace {

// Record types of the log. FORMAT.md; checked by a test.
constexpr uint8_t kBatch = 1;
constexpr uint8_t kCheckpointBegin = 2;
constexpr uint8_t kCheckpointPart = 3;
constexpr uint8_t kCheckpointEnd = 4;

constexpr uint8_t kPut = 1;
constexpr uint8_t kErase = 2;
constexpr size_t kCheckpointPartBytes = 256 << 10;
constexpr uint64_t kSegmentBytes = 16ull << 20;
constexpr uint64_t kMaxRecordBytes = 16ull << 20;
// Each start begins one: more than so many found are made one by the next commit.
constexpr uint64_t kMaxSegments = 16;

void PutOperation(std::string_view key, std::string_view value, std::string* out) {
  out->push_back(static_cast<char>(kPut));
  PutString(key, out);
  PutString(value, out);
}

void EraseOperation(std::string_view key, std::string* out) {
  out->push_back(static_cast<char>(kErase));
  PutString(key, out);
}

// Applies the operations of one record to `entries`.
Status ApplyPayload(std::string_view payload,
                    std::map<std::string, std::string, std::less<>>* entries) {
  ByteReader reader(payload);
  while (reader.ok() && !reader.empty()) {
    const uint8_t operation = reader.Fixed<uint8_t>();
    std::string key(reader.String());
    std::string value(operation == kPut ? reader.String() : std::string_view());
    if (!reader.ok()) break;
    if (operation == kPut) {
      entries->insert_or_assign(std::move(key), std::move(value));
    } else if (operation == kErase) {
      entries->erase(key);
    } else {
      return DataLoss("unknown operation " + std::to_string(operation));
    }
  }
  return reader.ok() ? absl::OkStatus() : DataLoss("a record ends inside an entry");
}

}  // namespace

void DurableMap::Batch::Put(std::string_view key, std::string_view value) {
  operations_.push_back({std::string(key), std::string(value)});
}

void DurableMap::Batch::Erase(std::string_view key) {
  operations_.push_back({std::string(key), std::nullopt});
}

// Builds the map from the log's records. A checkpoint counts once its end was read with all its
// entries, or when nothing came before it: what it replaced is removed only after it is whole.
// Another one that was cut short (we died in it) is forgotten, what was before it holds.
class DurableMap::Replay {
 public:
  Status Take(uint8_t type, std::string_view payload) {
    const bool first = std::exchange(first_, false);
    switch (type) {
      case kBatch:
        EndCutShort();
        return ApplyPayload(payload, &entries_);
      case kCheckpointBegin:
        Begin(first);
        return absl::OkStatus();
      case kCheckpointPart:
        // Its begin was damaged, or it would not come here.
        if (!in_checkpoint_) Begin(first);
        return ApplyPayload(payload, &checkpoint_);
      case kCheckpointEnd:
        return TakeEnd(payload);
      default:
        return DataLoss("unknown record type " + std::to_string(type));
    }
  }

  Entries Finish() {
    EndCutShort();
    return std::move(entries_);
  }

 private:
  void Begin(bool first) {
    in_checkpoint_ = true;
    first_in_log_ = first;
    checkpoint_.clear();
  }

  void EndCutShort() {
    if (std::exchange(in_checkpoint_, false) && first_in_log_) entries_ = std::move(checkpoint_);
  }

  Status TakeEnd(std::string_view payload) {
    ByteReader reader(payload);
    const uint64_t count = reader.Varint();
    if (!in_checkpoint_ || !reader.ok()) return absl::OkStatus();
    in_checkpoint_ = false;
    if (checkpoint_.size() == count) {
      entries_ = std::move(checkpoint_);
    } else {
      // A damaged part was skipped: what is left of the checkpoint is still newer.
      for (auto& [key, value] : checkpoint_) entries_.insert_or_assign(key, std::move(value));
    }
    return absl::OkStatus();
  }

  Entries entries_;
  Entries checkpoint_;
  bool first_ = true;  // no record yet
  bool in_checkpoint_ = false;
  bool first_in_log_ = false;  // the checkpoint is
};

DurableMap::DurableMap(const Options& options, Entries entries, std::unique_ptr<Wal> wal)
    : options_(options),
      corrupt_frames_(wal->replay_stats().corrupt_frames),
      wal_(std::move(wal)),
      entries_(std::move(entries)),
      rewrite_first_(wal_->replay_stats().segments > kMaxSegments) {
  for (const auto& [key, value] : entries_) live_bytes_ += key.size() + value.size();
}

StatusOr<std::unique_ptr<DurableMap>> DurableMap::Open(const Options& options) {
  Wal::Options wal_options;
  wal_options.dir = options.dir;
  wal_options.segment_bytes = kSegmentBytes;
  wal_options.max_record_bytes = kMaxRecordBytes;
  wal_options.name = options.name;
  wal_options.fs = options.fs;
  wal_options.clock = options.clock;
  wal_options.log = options.log;
  wal_options.telemetry = options.telemetry;
  Replay replay;
  auto wal = Wal::Open(wal_options, [&](WalPosition, uint8_t type, std::string_view payload) {
    return replay.Take(type, payload);
  });
  if (!wal.ok()) return Annotate(wal.status(), "state in " + options.dir);
  return std::unique_ptr<DurableMap>(new DurableMap(options, replay.Finish(), std::move(*wal)));
}

Status DurableMap::Commit(const Batch& batch) {
  if (batch.empty()) return absl::OkStatus();
  std::string payload;
  for (const Batch::Operation& operation : batch.operations_) {
    if (operation.value) {
      PutOperation(operation.key, *operation.value, &payload);
    } else {
      EraseOperation(operation.key, &payload);
    }
  }
  if (payload.size() > kMaxRecordBytes) return ResourceExhausted("a change of more than 16 MiB");
  MutexLock lock(mutex_);
  if (rewrite_first_ || wal_->losses() != repaired_losses_) {
    VEDETTE_RETURN_IF_ERROR(Checkpoint());
  }
  VEDETTE_RETURN_IF_ERROR(Write(kBatch, payload));
  Apply(batch);
  // The batch is safe already: if the rewrite fails the next commit tries it again.
  const uint64_t on_disk = wal_->BytesOnDisk();
  if (on_disk > options_.checkpoint_bytes && on_disk > 4 * live_bytes_) {
    (void)Checkpoint();
  }
  return absl::OkStatus();
}

Status DurableMap::Write(uint8_t type, std::string_view payload) {
  const Status status = AppendAndSync(type, payload);
  if (!status.ok()) rewrite_first_ = true;
  return status;
}

Status DurableMap::AppendAndSync(uint8_t type, std::string_view payload) {
  for (bool retried = false;; retried = true) {
    Status status = wal_->Append(type, payload).status();
    if (status.ok()) status = wal_->Sync();
    if (status.ok() || retried || !IsNoSpace(status)) return status;
    if (!options_.release_reserve || !options_.release_reserve()) return status;
  }
}

Status DurableMap::Checkpoint() {
  rewrite_first_ = true;
  const uint64_t losses = wal_->losses();
  uint64_t first_segment = 0;
  Status status = WriteCheckpoint(&first_segment);
  if (IsNoSpace(status) && options_.release_reserve && options_.release_reserve()) {
    status = WriteCheckpoint(&first_segment);
  }
  VEDETTE_RETURN_IF_ERROR(status);
  rewrite_first_ = false;
  repaired_losses_ = losses;
  // What is left over of the old log is overruled by the checkpoint and dropped the next time.
  (void)wal_->DropBefore(first_segment);
  return absl::OkStatus();
}

Status DurableMap::WriteCheckpoint(uint64_t* first_segment) {
  VEDETTE_ASSIGN_OR_RETURN(*first_segment, wal_->Roll());
  VEDETTE_RETURN_IF_ERROR(wal_->Append(kCheckpointBegin, "").status());
  std::string part;
  for (const auto& [key, value] : entries_) {
    PutOperation(key, value, &part);
    if (part.size() < kCheckpointPartBytes) continue;
    VEDETTE_RETURN_IF_ERROR(wal_->Append(kCheckpointPart, part).status());
    part.clear();
  }
  if (!part.empty()) VEDETTE_RETURN_IF_ERROR(wal_->Append(kCheckpointPart, part).status());
  std::string end;
  PutVarint(entries_.size(), &end);
  VEDETTE_RETURN_IF_ERROR(wal_->Append(kCheckpointEnd, end).status());
  return wal_->Sync();
}

void DurableMap::Apply(const Batch& batch) {
  for (const Batch::Operation& operation : batch.operations_) {
    if (const auto old = entries_.find(operation.key); old != entries_.end()) {
      live_bytes_ -= old->first.size() + old->second.size();
      entries_.erase(old);
    }
    if (!operation.value) continue;
    live_bytes_ += operation.key.size() + operation.value->size();
    entries_.emplace(operation.key, *operation.value);
  }
}

std::optional<std::string> DurableMap::Get(std::string_view key) const {
  MutexLock lock(mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  return it->second;
}

std::vector<std::pair<std::string, std::string>> DurableMap::Scan(std::string_view prefix) const {
  MutexLock lock(mutex_);
  std::vector<std::pair<std::string, std::string>> found;
  for (auto it = entries_.lower_bound(prefix);
       it != entries_.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
    found.emplace_back(*it);
  }
  return found;
}

uint64_t DurableMap::BytesOnDisk() const {
  MutexLock lock(mutex_);
  return wal_->BytesOnDisk();
}

}  // namespace vedette::base
