#include "collector/tsdb/part_set.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"

namespace vedette::tsdb {
namespace {

PartMeta MetaOf(const Part& part, uint64_t id, PartLevel level, int64_t created_ms) {
  PartMeta meta;
  meta.id = id;
  meta.level = level;
  meta.min_ms = part.min_ms();
  meta.max_ms = part.max_ms();
  meta.samples = part.samples();
  meta.bytes = part.bytes();
  meta.created_ms = created_ms;
  return meta;
}

Manifest NamesOf(const Manifest& before, const PartList& list, const TombstoneList& tombstones) {
  Manifest manifest = before;
  manifest.parts.clear();
  manifest.tombstones.clear();
  for (const StoredPart& part : list) manifest.parts.push_back(part.meta);
  for (const auto& tombstone : tombstones) manifest.tombstones.push_back(tombstone->id);
  return manifest;
}

// Those that were there and are not removed, and the change's own.
TombstoneList Changed(const TombstoneList& before, const PartSet::Change& change) {
  TombstoneList after;
  const std::vector<uint64_t>& removed = change.removed_tombstones;
  for (const auto& tombstone : before) {
    if (std::find(removed.begin(), removed.end(), tombstone->id) == removed.end()) {
      after.push_back(tombstone);
    }
  }
  if (change.deletion) after.push_back(std::make_shared<const Tombstone>(*change.deletion));
  return after;
}

PartList Changed(const PartList& before, const std::vector<StoredPart>& added,
                 const std::vector<uint64_t>& removed) {
  PartList after;
  bool placed = removed.empty();
  for (const StoredPart& part : before) {
    if (std::find(removed.begin(), removed.end(), part.meta.id) == removed.end()) {
      after.push_back(part);
    } else if (!std::exchange(placed, true)) {
      after.insert(after.end(), added.begin(), added.end());
    }
  }
  if (removed.empty()) after.insert(after.end(), added.begin(), added.end());
  return after;
}

}  // namespace

PartSet::PartSet(const Options& options)
    : options_(options),
      parts_dir_(base::JoinPath(options.dir, "parts")),
      tombstones_dir_(base::JoinPath(options.dir, "tombstones")),
      manifest_path_(base::JoinPath(options.dir, "MANIFEST")),
      list_(std::make_shared<const PartList>()) {}

base::StatusOr<std::unique_ptr<PartSet>> PartSet::Open(const Options& options) {
  std::unique_ptr<PartSet> set(new PartSet(options));
  VEDETTE_RETURN_IF_ERROR(set->Load());
  return set;
}

std::string PartSet::PartPath(uint64_t id) const {
  return base::JoinPath(parts_dir_, PartFileName(id));
}

std::string PartSet::TombstonePath(uint64_t id) const {
  return base::JoinPath(tombstones_dir_, TombstoneFileName(id));
}

base::Status PartSet::Load() {
  options_.quarantine->ExpectFolder(parts_dir_);
  options_.quarantine->ExpectFolder(tombstones_dir_);
  options_.quarantine->ExpectFile(manifest_path_);
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(parts_dir_));
  VEDETTE_RETURN_IF_ERROR(options_.fs->SyncDir(options_.dir));
  bool rebuild = false;
  VEDETTE_RETURN_IF_ERROR(LoadManifest(&rebuild));
  if (rebuild) {
    VEDETTE_RETURN_IF_ERROR(OpenAllFiles());
  } else {
    VEDETTE_RETURN_IF_ERROR(OpenNamed());
    std::set<std::string> named;
    for (const PartMeta& meta : manifest_.parts) named.insert(PartFileName(meta.id));
    VEDETTE_RETURN_IF_ERROR(RemoveUnnamed(parts_dir_, named));
  }
  VEDETTE_RETURN_IF_ERROR(OpenTombstones(rebuild));
  return WriteManifest(NamesOf(manifest_, *Snapshot(), Tombstones()));
}

base::Status PartSet::OpenTombstones(bool rebuild) {
  base::StatusOr<std::vector<std::string>> names = options_.fs->List(tombstones_dir_);
  if (absl::IsNotFound(names.status())) names = std::vector<std::string>();
  if (!names.ok()) return names.status();
  std::set<uint64_t> ids(manifest_.tombstones.begin(), manifest_.tombstones.end());
  for (const std::string& name : *names) {
    uint64_t id = 0;
    if (rebuild && ParseTombstoneFileName(name, &id)) ids.insert(id);
  }
  TombstoneList list;
  std::set<std::string> named;
  for (const uint64_t id : ids) {
    named.insert(TombstoneFileName(id));
    VEDETTE_RETURN_IF_ERROR(OpenTombstone(id, &list));
    // A later part must never get a number that the deletion holds for.
    manifest_.next_part = std::max(manifest_.next_part, id + 1);
  }
  Publish(*Snapshot(), std::move(list));
  return names->empty() ? base::Status() : RemoveUnnamed(tombstones_dir_, named);
}

base::Status PartSet::OpenTombstone(uint64_t id, TombstoneList* list) {
  const std::string path = TombstonePath(id);
  options_.quarantine->ExpectFile(path);
  const base::StatusOr<std::string> bytes = options_.fs->ReadFile(path);
  if (absl::IsNotFound(bytes.status())) {
    options_.quarantine->NoteMissing(path, "a deletion: what it took shows again");
    return {};
  }
  if (!bytes.ok()) return bytes.status();
  base::StatusOr<Tombstone> tombstone = DecodeTombstone(*bytes);
  if (tombstone.ok() && tombstone->id != id) {
    tombstone = base::DataLoss("tombstone has the number " + std::to_string(tombstone->id));
  }
  if (tombstone.ok()) {
    list->push_back(std::make_shared<const Tombstone>(*std::move(tombstone)));
    return {};
  }
  if (absl::IsInvalidArgument(tombstone.status())) return base::Annotate(tombstone.status(), path);
  options_.quarantine->SetAside(path, tombstone.status());
  options_.log->Error("metrics store: a deletion was lost, what it took shows again",
                      {{"path", path}});
  return {};
}

base::Status PartSet::LoadManifest(bool* rebuild) {
  const base::StatusOr<std::string> bytes = options_.fs->ReadFile(manifest_path_);
  manifest_.hash_seed = options_.new_seed;
  if (absl::IsNotFound(bytes.status())) {
    // New, or the manifest was lost: parts that are there are better kept than swept away.
    *rebuild = true;
    return {};
  }
  if (!bytes.ok()) return bytes.status();
  base::StatusOr<Manifest> manifest = DecodeManifest(*bytes);
  if (manifest.ok()) {
    manifest_ = std::move(manifest).value();
    return {};
  }
  if (!absl::IsDataLoss(manifest.status())) {
    return base::Annotate(manifest.status(), manifest_path_);
  }
  options_.quarantine->SetAside(manifest_path_, manifest.status());
  *rebuild = true;
  return {};
}

base::StatusOr<std::shared_ptr<const Part>> PartSet::OpenOrSetAside(uint64_t id) {
  const std::string path = PartPath(id);
  if (options_.quarantine->ExpectFile(path)) return std::shared_ptr<const Part>();
  auto part = Part::Open(options_.fs, path, options_.lately);
  if (part.ok()) return part;
  if (absl::IsNotFound(part.status())) {
    options_.quarantine->NoteMissing(path, "its samples");
  } else if (absl::IsDataLoss(part.status())) {
    options_.quarantine->SetAside(path, part.status());
  } else {
    return part.status();
  }
  return std::shared_ptr<const Part>();
}

base::Status PartSet::OpenNamed() {
  PartList list;
  for (const PartMeta& meta : manifest_.parts) {
    VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Part> part, OpenOrSetAside(meta.id));
    if (part != nullptr) list.push_back({meta, std::move(part)});
  }
  Publish(std::move(list), {});
  return {};
}

base::Status PartSet::OpenAllFiles() {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(parts_dir_));
  PartList list;
  for (const std::string& name : names) {
    uint64_t id = 0;
    if (!ParsePartFileName(name, &id)) continue;
    manifest_.next_part = std::max(manifest_.next_part, id + 1);
    VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Part> part, OpenOrSetAside(id));
    if (part == nullptr) continue;
    const PartMeta meta = MetaOf(*part, id, PartLevel::kFlush, options_.clock->WallMillis());
    list.push_back({meta, std::move(part)});
  }
  if (!list.empty()) {
    options_.log->Warn("metrics store: manifest rebuilt from the parts found",
                       {{"parts", static_cast<uint64_t>(list.size())}});
  }
  Publish(std::move(list), {});
  return {};
}

base::Status PartSet::RemoveUnnamed(const std::string& dir, const std::set<std::string>& named) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(dir));
  for (const std::string& name : names) {
    if (base::EndsWith(name, ".broken") || named.contains(name)) continue;
    const std::string path = base::JoinPath(dir, name);
    // Folders are somebody else's.
    if (!options_.quarantine->ExpectFile(path)) Discard(path);
  }
  return {};
}

base::Status PartSet::WriteManifest(const Manifest& manifest) {
  VEDETTE_RETURN_IF_ERROR(options_.fs->WriteFileAtomic(manifest_path_, EncodeManifest(manifest)));
  manifest_ = manifest;
  return {};
}

base::StatusOr<PartSet::NewPart> PartSet::StartPart(int64_t min_ms) {
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(parts_dir_));
  VEDETTE_RETURN_IF_ERROR(SettleOrphans());
  NewPart part;
  part.id = manifest_.next_part++;
  part.path = PartPath(part.id);
  auto writer = PartWriter::Create(options_.fs, part.path, min_ms);
  if (!writer.ok()) {
    Discard(part.path);
    return writer.status();
  }
  part.writer = std::move(writer).value();
  return part;
}

base::StatusOr<StoredPart> PartSet::FinishPart(const NewPart& part, PartLevel level) {
  VEDETTE_RETURN_IF_ERROR(part.writer->Finish());
  VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Part> opened,
                           Part::Open(options_.fs, part.path, options_.lately));
  const PartMeta meta = MetaOf(*opened, part.id, level, options_.clock->WallMillis());
  return StoredPart{meta, std::move(opened)};
}

void PartSet::Discard(const std::string& path) {
  const base::Status status = options_.fs->RemoveAll(path);
  if (status.ok()) return;
  options_.log->Warn("metrics store: cannot remove a file that is no longer needed",
                     {{"path", path}, {"reason", base::Message(status)}});
}

base::Status PartSet::SettleOrphans() {
  if (orphans_.empty()) return {};
  VEDETTE_RETURN_IF_ERROR(WriteManifest(manifest_));
  for (const std::string& path : orphans_) Discard(path);
  orphans_.clear();
  return {};
}

base::Status PartSet::WriteTombstone(const Tombstone& tombstone) {
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(tombstones_dir_));
  return options_.fs->WriteFileAtomic(TombstonePath(tombstone.id), EncodeTombstone(tombstone));
}

base::Status PartSet::Commit(Change change) {
  if (!change.added.empty()) VEDETTE_RETURN_IF_ERROR(options_.fs->SyncDir(parts_dir_));
  if (change.deletion) {
    VEDETTE_RETURN_IF_ERROR(SettleOrphans());
    change.deletion->id = manifest_.next_part++;
    VEDETTE_RETURN_IF_ERROR(WriteTombstone(*change.deletion));
  }
  const std::shared_ptr<const PartList> before = Snapshot();
  PartList after = Changed(*before, change.added, change.removed);
  TombstoneList tombstones = Changed(Tombstones(), change);
  Manifest manifest = NamesOf(manifest_, after, tombstones);
  if (change.log_from) manifest.log_from = *change.log_from;
  if (const base::Status status = WriteManifest(manifest); !status.ok()) {
    for (const StoredPart& part : change.added) orphans_.push_back(part.part->path());
    if (change.deletion) orphans_.push_back(TombstonePath(change.deletion->id));
    return status;
  }
  Publish(std::move(after), std::move(tombstones));
  for (const uint64_t id : change.removed) Discard(PartPath(id));
  for (const uint64_t id : change.removed_tombstones) Discard(TombstonePath(id));
  return {};
}

base::Status PartSet::DropMissing() {
  const auto gone = [this](const std::string& path) {
    return absl::IsNotFound(options_.fs->Stat(path).status());
  };
  PartList list;
  for (const StoredPart& part : *Snapshot()) {
    const std::string path = PartPath(part.meta.id);
    if (gone(path)) {
      options_.quarantine->NoteMissing(path, std::to_string(part.meta.samples) + " samples");
    } else {
      list.push_back(part);
    }
  }
  TombstoneList tombstones;
  for (const auto& tombstone : Tombstones()) {
    if (!gone(TombstonePath(tombstone->id))) tombstones.push_back(tombstone);
  }
  VEDETTE_RETURN_IF_ERROR(WriteManifest(NamesOf(manifest_, list, tombstones)));
  Publish(std::move(list), std::move(tombstones));
  return {};
}

std::shared_ptr<const PartList> PartSet::Snapshot() const {
  base::MutexLock lock(mutex_);
  return list_;
}

TombstoneList PartSet::Tombstones() const {
  base::MutexLock lock(mutex_);
  return tombstones_;
}

void PartSet::Publish(PartList list, TombstoneList tombstones) {
  for (StoredPart& part : list) {
    part.deleted.clear();
    for (const auto& tombstone : tombstones) {
      if (tombstone->HoldsFor(part.meta.id, part.meta.min_ms, part.meta.max_ms)) {
        part.deleted.push_back(tombstone);
      }
    }
  }
  auto shared = std::make_shared<const PartList>(std::move(list));
  base::MutexLock lock(mutex_);
  list_ = std::move(shared);
  tombstones_ = std::move(tombstones);
}

}  // namespace vedette::tsdb
