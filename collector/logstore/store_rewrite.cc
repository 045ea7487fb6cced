#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include "absl/container/flat_hash_set.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/merge.h"
#include "collector/logstore/part_writer.h"
#include "collector/logstore/rewrite_buffer.h"
#include "collector/logstore/rewrite_plan.h"
#include "collector/logstore/store.h"

// Parts that become one day part. It runs beside flushes: only naming a file and putting the new
// part in the place of the old ones takes flush_mutex_.

namespace vedette::logstore {
namespace {

constexpr std::chrono::seconds kBetweenLooks{2};
constexpr std::chrono::seconds kAfterFailure{60};
constexpr int kIdlePriority = 19;
// A day gets few lines any more when it has been over for this long.
constexpr int64_t kLateNs = 3'600'000'000'000;
// Of a rewrite that could fill the disk: a day part is never larger than what it is made of.
constexpr uint64_t kRoomFactor = 2;

using Parts = std::vector<std::shared_ptr<const Part>>;

// Copies what is merged into granules, one behind the other.
class GranuleSink {
 public:
  explicit GranuleSink(PartWriter* writer) : writer_(writer) {}

  bool Take(std::span<const Row> rows) {
    for (const Row& row : rows) {
      ++rows_;
      buffer_.Add(row);
      if (buffer_.IsFull() && !Write()) return false;
    }
    return true;
  }
  base::Status Finish() {
    if (status_.ok() && !buffer_.rows().empty()) Write();
    return status_;
  }
  uint64_t refused() const { return refused_; }
  uint64_t rows() const { return rows_; }

 private:
  bool Write() {
    const auto written = writer_->AddGranule(buffer_.rows());
    status_ = written.status();
    if (written.ok() && !*written) ++refused_;
    buffer_.Clear();
    return status_.ok();
  }

  PartWriter* const writer_;
  RewriteBuffer buffer_;
  base::Status status_;
  uint64_t refused_ = 0;
  uint64_t rows_ = 0;
};

// The first error of a block.
struct Damage {
  base::Status status;
  std::string part;
};

// Leaves out what is deleted for good. What is deleted and may come back is no repetition of
// anything: a line that was pushed again afterwards stays.
void LeaveOut(DeletedRows& due, DeletedRows& any, std::vector<Row>* rows) {
  if (any.empty()) return;
  std::erase_if(*rows, [&](const Row& row) { return due.Has(row); });
  for (Row& row : *rows) row.sourced = row.sourced || any.Has(row);
}

// All blocks of the parts.
std::vector<PendingRun> RunsOf(const Parts& parts, DeletedRows* due, DeletedRows* any,
                               Damage* damage) {
  std::vector<PendingRun> pending;
  for (const auto& part : parts) {
    for (size_t i = 0; i < part->blocks().size(); ++i) {
      const BlockMeta& meta = part->blocks()[i];
      pending.push_back({meta.min_ns, meta.max_ns,
                         [part, i, due, any, damage] {
                           Run run;
                           run.unique = true;
                           auto block = part->ReadBlock(i);
                           if (!block.ok()) {
                             if (damage->status.ok()) *damage = {block.status(), part->name()};
                             return run;
                           }
                           run.rows.assign((*block)->rows().begin(), (*block)->rows().end());
                           LeaveOut(*due, *any, &run.rows);
                           run.holder = *std::move(block);
                           return run;
                         },
                         part.get()});
    }
  }
  return pending;
}

}  // namespace

void Store::RunRewrites(std::stop_token stop) {
  ::setpriority(PRIO_PROCESS, 0, kIdlePriority);
  while (!stop.stop_requested()) {
    const auto rewritten = RewriteOnce(stop);
    if (rewritten.ok() && *rewritten) continue;
    if (!rewritten.ok() && !stop.stop_requested()) {
      options_.logger->Warn("log parts were not rewritten, will be tried again",
                            {{"error", base::Message(rewritten.status())}});
    }
    options_.clock->SleepFor(rewritten.ok() ? kBetweenLooks : kAfterFailure, stop);
  }
}

Parts Store::PartsToRewrite() const {
  const int64_t now_ns = options_.clock->WallNanos();
  base::MutexLock lock(mutex_);
  const int64_t settled_before =
      options_.clock->MonotonicNanos() - options_.rewrite_settled_ms * 1'000'000;
  std::vector<PartSize> sizes;
  Parts sound;
  for (const auto& part : parts_) {
    // What cannot be read whole stays as it is: what is sound of it is still read.
    if (unsound_.contains(part->name())) continue;
    const auto came = part_came_ns_.find(part->day());
    const bool settled = came == part_came_ns_.end() || came->second <= settled_before;
    sizes.push_back({part->day(), part->bytes(), part->IsColumns(), settled});
    sound.push_back(part);
  }
  Parts chosen;
  for (const size_t index :
       PlanRewrite(sizes, {DayOf(now_ns - kLateNs), options_.rewrite_rows_parts})) {
    chosen.push_back(sound[index]);
  }
  return chosen;
}

base::StatusOr<bool> Store::RewriteOnce(std::stop_token stop) {
  const auto carried_out = CarryOutDeletes(stop);
  if (carried_out.ok() && *carried_out) return true;
  const Parts parts = PartsToRewrite();
  if (parts.empty()) return carried_out;
  return Rewrite(parts, stop);
}

base::StatusOr<bool> Store::Rewrite(const Parts& parts, std::stop_token stop) {
  uint64_t bytes = 0;
  for (const auto& part : parts) bytes += part->bytes();
  VEDETTE_ASSIGN_OR_RETURN(const uint64_t free, options_.fs->FreeSpace(options_.dir));
  if (free < options_.min_free_bytes + kRoomFactor * bytes) return false;
  std::string name;
  {
    base::MutexLock lock(flush_mutex_);
    name = PartFileName(parts[0]->day(), manifest_.next_part++, kColumnsSuffix);
  }
  const auto part = WriteDayPart(parts, name, stop);
  if (!part.ok()) {
    options_.fs->Remove(base::JoinPath(parts_dir_, name)).IgnoreError();
    return base::Annotate(part.status(), "log store: rewrite");
  }
  const base::Status status = Replace(parts, *part);
  if (!status.ok()) return base::Annotate(status, "log store: rewrite");
  return true;
}

base::StatusOr<std::shared_ptr<const Part>> Store::WriteDayPart(const Parts& parts,
                                                                const std::string& name,
                                                                std::stop_token stop) {
  VEDETTE_ASSIGN_OR_RETURN(
      const auto writer,
      PartWriter::Create(options_.fs, parts_dir_, name, parts[0]->day(), kColumnsPartVersion));
  GranuleSink sink(writer.get());
  Damage damage;
  DeletedRows due(DueTombstones(), INT64_MIN, INT64_MAX);
  DeletedRows any(Read().tombstones, INT64_MIN, INT64_MAX);
  Merge merge(RunsOf(parts, &due, &any, &damage), false);
  VEDETTE_RETURN_IF_ERROR(merge.Run(
      [&](std::span<const Row> rows) { return damage.status.ok() && sink.Take(rows); }, stop));
  if (!damage.status.ok()) {
    // What passes, as too many open files, bars no part.
    base::MutexLock lock(mutex_);
    if (absl::IsDataLoss(damage.status)) unsound_.insert(damage.part);
    return base::Annotate(damage.status, damage.part);
  }
  VEDETTE_RETURN_IF_ERROR(sink.Finish());
  if (sink.refused() > 0) {
    counters_.unfaithful->Add(sink.refused());
    options_.logger->Error("log lines did not come back from their columns and were kept as rows",
                           {{"part", name}, {"granules", sink.refused()}});
  }
  VEDETTE_ASSIGN_OR_RETURN(const PartEntry entry, writer->Finish());
  if (sink.rows() == 0) {
    VEDETTE_RETURN_IF_ERROR(options_.fs->Remove(base::JoinPath(parts_dir_, name)));
    return nullptr;
  }
  VEDETTE_RETURN_IF_ERROR(options_.fs->SyncDir(parts_dir_));
  return Part::Open(options_.fs, parts_dir_, entry, &streams_);
}

base::Status Store::Replace(const Parts& old_parts, std::shared_ptr<const Part> part) {
  absl::flat_hash_set<std::string> names;
  for (const auto& old_part : old_parts) names.insert(old_part->name());
  base::MutexLock flush_lock(flush_mutex_);
  Manifest next = manifest_;
  const size_t gone =
      std::erase_if(next.parts, [&](const PartEntry& entry) { return names.contains(entry.name); });
  if (gone != names.size()) {
    if (part != nullptr) {
      options_.fs->Remove(base::JoinPath(parts_dir_, part->name())).IgnoreError();
    }
    return base::Unavailable("retention dropped parts meanwhile");
  }
  if (part != nullptr) next.parts.push_back(part->entry());
  if (const base::Status saved = SaveManifest(next); !saved.ok()) {
    // The disk may have the one manifest or the other: until it is known both parts stay.
    if (part != nullptr) unsure_files_.push_back(part->name());
    return saved;
  }
  counters_.rewrites->Add();
  base::MutexLock lock(mutex_);
  std::erase_if(parts_, [&](const auto& old_part) { return names.contains(old_part->name()); });
  if (part != nullptr) parts_.push_back(std::move(part));
  doomed_.insert(doomed_.end(), old_parts.begin(), old_parts.end());
  return {};
}

// Readers may still be at a part that was rewritten: its file goes when none is left.
void Store::RemoveDoomed() {
  base::MutexLock flush_lock(flush_mutex_);
  std::erase_if(doomed_, [&](const std::shared_ptr<const Part>& part) {
    if (part.use_count() > 1) return false;
    options_.fs->Remove(base::JoinPath(parts_dir_, part->name())).IgnoreError();
    return true;
  });
}

}  // namespace vedette::logstore
