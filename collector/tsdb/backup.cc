#include "collector/tsdb/backup.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "base/wal_format.h"
#include "collector/tsdb/part.h"
#include "collector/tsdb/tombstone.h"

namespace vedette::tsdb {
namespace {

constexpr uint64_t kCopyBytes = 1 << 20;

// What two files hold alike, as a chain of their pieces' hashes.
base::StatusOr<uint64_t> HashOf(base::FileSystem* fs, const std::string& path) {
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs->OpenRead(path));
  std::string buffer(kCopyBytes, '\0');
  uint64_t hash = file->Size();
  for (uint64_t at = 0; at < file->Size(); at += kCopyBytes) {
    VEDETTE_ASSIGN_OR_RETURN(const size_t got, file->Read(at, kCopyBytes, buffer.data()));
    hash = base::Hash64(std::string_view(buffer).substr(0, got), hash);
  }
  return hash;
}

base::Status CopyFile(base::FileSystem* fs, const std::string& from, const std::string& to) {
  VEDETTE_ASSIGN_OR_RETURN(const auto source, fs->OpenRead(from));
  VEDETTE_ASSIGN_OR_RETURN(const auto target, fs->Create(to));
  std::string buffer(kCopyBytes, '\0');
  uint64_t hash = source->Size();
  for (uint64_t at = 0; at < source->Size(); at += kCopyBytes) {
    VEDETTE_ASSIGN_OR_RETURN(const size_t got, source->Read(at, kCopyBytes, buffer.data()));
    const std::string_view piece = std::string_view(buffer).substr(0, got);
    hash = base::Hash64(piece, hash);
    VEDETTE_RETURN_IF_ERROR(target->Append(piece));
  }
  VEDETTE_RETURN_IF_ERROR(target->Sync());
  VEDETTE_RETURN_IF_ERROR(target->Close());
  VEDETTE_ASSIGN_OR_RETURN(const uint64_t written, HashOf(fs, to));
  return written == hash
             ? base::Status()
             : base::DataLoss(base::Concat({to, ": reads back otherwise than written"}));
}

base::Status MustBeEmpty(base::FileSystem* fs, const std::string& dir) {
  const base::StatusOr<std::vector<std::string>> names = fs->List(dir);
  if (absl::IsNotFound(names.status())) return {};
  if (!names.ok()) return names.status();
  if (names->empty()) return {};
  return base::InvalidArgument(base::Concat({dir, ": found ", std::to_string(names->size()),
                                             " files; allowed is a new or an empty folder"}));
}

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
    const std::string from = base::JoinPath(from_, name);
    const std::string to = base::JoinPath(to_, name);
    if (linker_ != nullptr && linker_->Link(from, to).ok()) {
      ++report_.linked;
      return {};
    }
    return CopyFile(fs_, from, to);
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
  VEDETTE_RETURN_IF_ERROR(MustBeEmpty(fs, to));
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
