#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "base/strings.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/store.h"

// From what lies on disk to a store that answers: manifest, parts, log.

namespace vedette::logstore {

base::Status Store::OpenFolder() {
  base::FileSystem& fs = *options_.fs;
  VEDETTE_RETURN_IF_ERROR(fs.CreateDirs(parts_dir_));
  VEDETTE_ASSIGN_OR_RETURN(lock_, fs.Lock(base::JoinPath(options_.dir, kLockFile)));
  base::MutexLock lock(mutex_);
  active_ = std::make_shared<Memtable>(options_.clock->MonotonicNanos());
  return fs.SyncDir(options_.dir);
}

void Store::Quarantine(const std::string& folder, const std::string& name,
                       const base::Status& reason) {
  const std::string target = base::JoinPath(options_.dir, kQuarantineFolder);
  base::Status moved = options_.fs->CreateDirs(target);
  if (moved.ok()) {
    moved = options_.fs->Rename(base::JoinPath(folder, name), base::JoinPath(target, name));
  }
  counters_.quarantined->Add();
  options_.logger->Error("log store file set aside: damaged",
                         {{"file", name},
                          {"error", base::Message(reason)},
                          {"moved_to", moved.ok() ? target : std::string(base::Message(moved))}});
}

base::Status Store::LoadManifest() {
  const std::string path = base::JoinPath(options_.dir, kManifestFile);
  const auto data = options_.fs->ReadFile(path);
  if (data.status().code() == absl::StatusCode::kNotFound) return RebuildManifest();
  if (!data.ok()) return base::Annotate(data.status(), "log store");
  auto manifest = Manifest::Decode(*data);
  if (manifest.ok()) {
    manifest_ = *std::move(manifest);
    return {};
  }
  if (manifest.status().code() != absl::StatusCode::kDataLoss) {
    return base::Annotate(manifest.status(), path);
  }
  Quarantine(options_.dir, std::string(kManifestFile), manifest.status());
  return RebuildManifest();
}

// Without a manifest every readable part counts and the whole log is replayed. A part of a flush
// that a crash cut short may then repeat lines of the log; nothing is lost.
base::Status Store::RebuildManifest() {
  manifest_ = Manifest();
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(parts_dir_));
  for (const std::string& name : names) {
    auto entry = DescribePart(options_.fs, parts_dir_, name);
    if (absl::IsDataLoss(entry.status())) {
      Quarantine(parts_dir_, name, entry.status());
      continue;
    }
    if (!entry.ok()) return base::Annotate(entry.status(), base::JoinPath(parts_dir_, name));
    const auto number =
        base::ParseUint(std::string_view(name).substr(name.find_last_of('-') + 1, 8));
    manifest_.next_part = std::max(manifest_.next_part, number.value_or(0) + 1);
    manifest_.parts.push_back(*std::move(entry));
  }
  if (!manifest_.parts.empty()) {
    // Beyond any sequence handed out before, one a nanosecond at most.
    manifest_.checkpoint.next_sequence = static_cast<uint64_t>(options_.clock->WallNanos());
    options_.logger->Warn("log store manifest rebuilt from the parts found",
                          {{"parts", static_cast<uint64_t>(manifest_.parts.size())}});
  }
  return SaveManifest(manifest_);
}

base::Status Store::OpenParts() {
  VEDETTE_RETURN_IF_ERROR(RemoveUnnamed());
  Manifest sound = manifest_;
  sound.parts.clear();
  std::vector<std::shared_ptr<const Part>> parts;
  for (const PartEntry& entry : manifest_.parts) {
    auto part = Part::Open(options_.fs, parts_dir_, entry, &streams_);
    if (part.ok()) {
      parts.push_back(*std::move(part));
      sound.parts.push_back(entry);
    } else if (part.status().code() == absl::StatusCode::kDataLoss ||
               part.status().code() == absl::StatusCode::kNotFound) {
      Quarantine(parts_dir_, entry.name, part.status());
    } else {
      return base::Annotate(part.status(), base::JoinPath(parts_dir_, entry.name));
    }
  }
  if (sound.parts.size() != manifest_.parts.size()) VEDETTE_RETURN_IF_ERROR(SaveManifest(sound));
  base::MutexLock lock(mutex_);
  parts_ = std::move(parts);
  for (const auto& part : parts_) {
    for (const BlockMeta& block : part->blocks()) newest_ns_ = std::max(newest_ns_, block.max_ns);
  }
  return {};
}

// Where a part is missing, one that nobody names may have been what it was made of: it is kept.
base::Status Store::RemoveUnnamed() {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(parts_dir_));
  const absl::flat_hash_set<std::string> present(names.begin(), names.end());
  absl::flat_hash_set<std::string> named;
  bool missing = false;
  for (const PartEntry& entry : manifest_.parts) {
    named.insert(entry.name);
    missing = missing || !present.contains(entry.name);
  }
  for (const std::string& name : names) {
    if (named.contains(name)) continue;
    if (missing) {
      Quarantine(parts_dir_, name, base::DataLoss("not named by a manifest whose parts are gone"));
      continue;
    }
    VEDETTE_RETURN_IF_ERROR(options_.fs->Remove(base::JoinPath(parts_dir_, name)));
    options_.logger->Info("unfinished log part removed", {{"file", name}});
  }
  return {};
}

base::Status Store::OpenLog() {
  base::WalPosition floor;
  {
    base::MutexLock flush_lock(flush_mutex_);
    base::MutexLock lock(mutex_);
    floor = manifest_.checkpoint.floor;
    floor_segment_ = floor.segment;
    next_sequence_ = manifest_.checkpoint.next_sequence;
    marks_ = SourceMarks::FromList(manifest_.checkpoint.marks);
  }
  base::Wal::Options options;
  options.dir = base::JoinPath(options_.dir, kWalFolder);
  options.name = "logs";
  // Records up to the floor are in parts: a new one must not get a position there.
  options.min_segment = floor.segment + 1;
  options.fs = options_.fs;
  options.clock = options_.clock;
  options.log = options_.logger;
  options.telemetry = options_.telemetry;
  auto wal = base::Wal::Open(
      options, [&](base::WalPosition position, uint8_t type, std::string_view payload) {
        return type == kPushRecord ? Replay(floor, position, payload) : base::Status();
      });
  if (!wal.ok()) return base::Annotate(wal.status(), "log store");
  wal_ = *std::move(wal);
  const base::Wal::ReplayStats& stats = wal_->replay_stats();
  if (stats.corrupt_frames > 0 || stats.quarantined_segments > 0) {
    options_.logger->Error(
        "log store: damaged records in the write-ahead log were skipped",
        {{"frames", stats.corrupt_frames}, {"segments", stats.quarantined_segments}});
  }
  return {};
}

base::Status Store::Replay(base::WalPosition floor, base::WalPosition position,
                           std::string_view payload) {
  if (position <= floor) return {};
  auto record = PushRecord::Decode(payload);
  if (!record.ok()) {
    options_.logger->Error("log store: record skipped",
                           {{"error", base::Message(record.status())}});
    return {};
  }
  bool full = false;
  {
    base::MutexLock lock(mutex_);
    const auto mark = record->source.empty() ? std::nullopt : marks_.Get(record->source);
    std::vector<StreamPtr> streams;
    uint64_t sequence = record->sequence;
    for (PushRecord::StreamEntries& stream : record->streams) {
      const StreamPtr interned = streams_.Intern(stream.labels);
      for (const PushRecord::Entry& entry : stream.entries) {
        const uint64_t own = sequence++;
        if (mark && entry.position <= *mark) continue;
        active_->Add(interned, entry.timestamp_ns, own, !record->source.empty(), *entry.metadata,
                     entry.line);
        newest_ns_ = std::max(newest_ns_, entry.timestamp_ns);
      }
    }
    if (!record->source.empty()) marks_.Advance(record->source, record->mark, record->wall_ms);
    next_sequence_ = std::max(next_sequence_, sequence);
    full = active_->bytes() >= options_.memtable_bytes;
    if (full) Freeze(position);
  }
  if (!full) return {};
  base::MutexLock lock(flush_mutex_);
  return WriteFrozen();
}

}  // namespace vedette::logstore
