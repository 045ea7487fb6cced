#include "collector/tsdb/backup.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/file_copy.h"
#include "base/strings.h"
#include "base/wal_format.h"
#include "collector/tsdb/part.h"
#include "collector/tsdb/tombstone.h"

namespace vedette::tsdb {
namespace {

// A store has samples in its log that are in no part yet; a copy of its parts would lack them.
base::Status MustHaveNoLog(base::FileSystem* fs, const std::string& store, uint64_t log_from) {
  const std::string dir = base::JoinPath(store, "wal");
  const base::StatusOr<std::vector<std::string>> names = fs->List(dir);
  if (absl::IsNotFound(names.status())) return {};
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::optional<uint64_t> number = base::wal_format::ParseSegmentName(name);
    if (!number || *number < log_from) continue;
    const std::string path = base::JoinPath(dir, name);
    VEDETTE_ASSIGN_OR_RETURN(const base::FileInfo info, fs->Stat(path));
    if (info.size <= base::wal_format::kHeaderBytes) continue;
    return base::InvalidArgument(
        base::Concat({store, ": a store and no backup: ", path,
                      " holds samples that are in no part yet; allowed is what `vedette tsdb "
                      "backup` or the snapshot API made of it"}));
  }
  return {};
}

// One copy under way.
class Copier {
 public:
  Copier(base::FileSystem* fs, base::HardLinker* linker, std::string from, std::string to)
      : fs_(fs), linker_(linker), from_(std::move(from)), to_(std::move(to)) {}

  base::Status Run(const Manifest& manifest) {
    VEDETTE_RETURN_IF_ERROR(fs_->CreateDirs(to_));
    VEDETTE_RETURN_IF_ERROR(TakeParts(manifest));
    VEDETTE_RETURN_IF_ERROR(TakeTombstones(manifest));
    Manifest own = manifest;
    own.log_from = 0;  // the copy has no log
    return fs_->WriteFileAtomic(base::JoinPath(to_, "MANIFEST"), EncodeManifest(own));
  }
  const CopyReport& report() const { return report_; }

 private:
  base::Status TakeParts(const Manifest& manifest) {
    VEDETTE_RETURN_IF_ERROR(fs_->CreateDirs(base::JoinPath(to_, "parts")));
    for (const PartMeta& meta : manifest.parts) {
      const std::string name = base::JoinPath("parts", PartFileName(meta.id));
      VEDETTE_RETURN_IF_ERROR(Take(name));
      // Reads footer and directory by their checksums.
      VEDETTE_ASSIGN_OR_RETURN(const auto part, Part::Open(fs_, base::JoinPath(to_, name)));
      if (part->samples() != meta.samples) {
        return base::DataLoss(
            base::Concat({part->path(), ": has ", std::to_string(part->samples()),
                          " samples, the manifest says ", std::to_string(meta.samples)}));
      }
      ++report_.parts;
      report_.bytes += part->bytes();
    }
    return fs_->SyncDir(base::JoinPath(to_, "parts"));
  }

  base::Status TakeTombstones(const Manifest& manifest) {
    if (manifest.tombstones.empty()) return {};
    const std::string dir = base::JoinPath(to_, "tombstones");
    VEDETTE_RETURN_IF_ERROR(fs_->CreateDirs(dir));
    for (const uint64_t id : manifest.tombstones) {
      const std::string name = base::JoinPath("tombstones", TombstoneFileName(id));
      VEDETTE_RETURN_IF_ERROR(Take(name));
      VEDETTE_ASSIGN_OR_RETURN(const std::string bytes, fs_->ReadFile(base::JoinPath(to_, name)));
      const auto tombstone = DecodeTombstone(bytes);
      if (!tombstone.ok()) return base::Annotate(tombstone.status(), name);
      ++report_.tombstones;
      report_.bytes += bytes.size();
    }
    return fs_->SyncDir(dir);
  }

  base::Status Take(const std::string& name) {
    VEDETTE_ASSIGN_OR_RETURN(
        const bool linked,
        base::LinkOrCopy(fs_, linker_, base::JoinPath(from_, name), base::JoinPath(to_, name)));
    if (linked) ++report_.linked;
    return {};
  }

  base::FileSystem* const fs_;
  base::HardLinker* const linker_;
  const std::string from_;
  const std::string to_;
  CopyReport report_;
};

}  // namespace

base::StatusOr<CopyReport> CopyStore(base::FileSystem* fs, base::HardLinker* linker,
                                     const std::string& from, const Manifest& manifest,
                                     const std::string& to) {
  VEDETTE_RETURN_IF_ERROR(base::MustBeEmpty(fs, to));
  Copier copier(fs, linker, from, to);
  const base::Status status = copier.Run(manifest);
  if (status.ok()) return copier.report();
  fs->RemoveAll(to).IgnoreError();
  return status;
}

base::StatusOr<CopyReport> RestoreStore(base::FileSystem* fs, const std::string& backup,
                                        const std::string& to) {
  const std::string path = base::JoinPath(backup, "MANIFEST");
  const base::StatusOr<std::string> bytes = fs->ReadFile(path);
  if (absl::IsNotFound(bytes.status())) {
    return base::NotFound(base::Concat({backup, ": no backup of metrics, it has no MANIFEST"}));
  }
  if (!bytes.ok()) return bytes.status();
  const base::StatusOr<Manifest> manifest = DecodeManifest(*bytes);
  if (!manifest.ok()) return base::Annotate(manifest.status(), path);
  VEDETTE_RETURN_IF_ERROR(MustHaveNoLog(fs, backup, manifest->log_from));
  return CopyStore(fs, nullptr, backup, *manifest, to);
}

}  // namespace vedette::tsdb
