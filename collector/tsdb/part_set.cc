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

Manifest NamesOf(const Manifest& before, const PartList& list) {
  Manifest manifest = before;
  manifest.parts.clear();
  for (const StoredPart& part : list) manifest.parts.push_back(part.meta);
  return manifest;
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

base::Status PartSet::Load() {
  VEDETTE_RETURN_IF_ERROR(options_.fs->CreateDirs(parts_dir_));
  VEDETTE_RETURN_IF_ERROR(options_.fs->SyncDir(options_.dir));
  bool rebuild = false;
  VEDETTE_RETURN_IF_ERROR(LoadManifest(&rebuild));
  if (rebuild) {
    VEDETTE_RETURN_IF_ERROR(OpenAllFiles());
  } else {
    VEDETTE_RETURN_IF_ERROR(OpenNamed());
    VEDETTE_RETURN_IF_ERROR(RemoveUnnamed());
  }
  return WriteManifest(NamesOf(manifest_, *Snapshot()));
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
  SetAside(manifest_path_, manifest.status());
  *rebuild = true;
  return {};
}

void PartSet::SetAside(const std::string& path, const base::Status& why) {
  options_.quarantined->Add();
  options_.log->Error("metrics store: a broken file is set aside",
                      {{"path", path}, {"reason", base::Message(why)}});
  const base::Status renamed = options_.fs->Rename(path, path + ".broken");
  if (renamed.ok() || absl::IsNotFound(renamed)) return;
  options_.log->Error("metrics store: cannot set it aside", {{"reason", base::Message(renamed)}});
}

base::StatusOr<std::shared_ptr<const Part>> PartSet::OpenOrSetAside(uint64_t id) {
  auto part = Part::Open(options_.fs, PartPath(id));
  if (part.ok()) return part;
  if (!absl::IsDataLoss(part.status()) && !absl::IsNotFound(part.status())) return part.status();
  SetAside(PartPath(id), part.status());
  return std::shared_ptr<const Part>();
}

base::Status PartSet::OpenNamed() {
  PartList list;
  for (const PartMeta& meta : manifest_.parts) {
    VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Part> part, OpenOrSetAside(meta.id));
    if (part != nullptr) list.push_back({meta, std::move(part)});
  }
  Publish(std::move(list));
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
  Publish(std::move(list));
  return {};
}

base::Status PartSet::RemoveUnnamed() {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.fs->List(parts_dir_));
  std::set<uint64_t> named;
  for (const PartMeta& meta : manifest_.parts) named.insert(meta.id);
  for (const std::string& name : names) {
    uint64_t id = 0;
    if (base::EndsWith(name, ".broken") || (ParsePartFileName(name, &id) && named.contains(id))) {
      continue;
    }
    Discard(base::JoinPath(parts_dir_, name));
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
  VEDETTE_ASSIGN_OR_RETURN(std::shared_ptr<const Part> opened, Part::Open(options_.fs, part.path));
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

base::Status PartSet::Commit(Change change) {
  if (!change.added.empty()) VEDETTE_RETURN_IF_ERROR(options_.fs->SyncDir(parts_dir_));
  const std::shared_ptr<const PartList> before = Snapshot();
  PartList after = Changed(*before, change.added, change.removed);
  Manifest manifest = NamesOf(manifest_, after);
  if (change.log_from) manifest.log_from = *change.log_from;
  if (const base::Status status = WriteManifest(manifest); !status.ok()) {
    for (const StoredPart& part : change.added) orphans_.push_back(part.part->path());
    return status;
  }
  Publish(std::move(after));
  for (const uint64_t id : change.removed) Discard(PartPath(id));
  return {};
}

std::shared_ptr<const PartList> PartSet::Snapshot() const {
  base::MutexLock lock(mutex_);
  return list_;
}

void PartSet::Publish(PartList list) {
  auto shared = std::make_shared<const PartList>(std::move(list));
  base::MutexLock lock(mutex_);
  list_ = std::move(shared);
}

}  // namespace vedette::tsdb
