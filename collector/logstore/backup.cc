#include "collector/logstore/backup.h"

#include <utility>

#include "base/file_copy.h"
#include "base/strings.h"
#include "collector/logstore/filenames.h"
#include "collector/logstore/manifest.h"

namespace vedette::logstore {
namespace {

constexpr int kAttempts = 5;

// One copy under way.
class Copier {
 public:
  Copier(base::FileSystem* fs, base::HardLinker* linker, const std::string& from,
         const std::string& to)
      : fs_(fs), linker_(linker), from_(from), to_(to) {}

  base::StatusOr<CopyReport> Run() {
    VEDETTE_RETURN_IF_ERROR(fs_->CreateDirs(to_));
    // First: parts of a delete that is carried out meanwhile are without its rows.
    VEDETTE_RETURN_IF_ERROR(TakeDeletes());
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes,
                             fs_->ReadFile(base::JoinPath(from_, kManifestFile)));
    VEDETTE_ASSIGN_OR_RETURN(const Manifest manifest, Manifest::Decode(bytes));
    VEDETTE_RETURN_IF_ERROR(TakeLog(manifest));
    VEDETTE_RETURN_IF_ERROR(TakeParts(manifest));
    VEDETTE_RETURN_IF_ERROR(fs_->WriteFileAtomic(base::JoinPath(to_, kManifestFile), bytes));
    return report_;
  }

 private:
  // Before the parts, which may take long: a flush meanwhile drops what it wrote to parts that this
  // manifest does not name.
  base::Status TakeLog(const Manifest& manifest) {
    const base::WalPosition floor = manifest.checkpoint.floor;
    VEDETTE_ASSIGN_OR_RETURN(report_.log_bytes,
                             base::CopyLog(fs_, base::JoinPath(from_, kWalFolder),
                                           base::JoinPath(to_, kWalFolder), floor.segment));
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes,
                             fs_->ReadFile(base::JoinPath(from_, kManifestFile)));
    VEDETTE_ASSIGN_OR_RETURN(const Manifest now, Manifest::Decode(bytes));
    if (now.checkpoint.floor == floor) return {};
    return base::Unavailable(base::Concat({from_, ": its owner wrote parts meanwhile"}));
  }

  base::Status TakeDeletes() {
    const auto bytes = fs_->ReadFile(base::JoinPath(from_, kDeletesFile));
    if (absl::IsNotFound(bytes.status())) return {};
    VEDETTE_RETURN_IF_ERROR(bytes.status());
    return fs_->WriteFileAtomic(base::JoinPath(to_, kDeletesFile), *bytes);
  }

  base::Status TakeParts(const Manifest& manifest) {
    const std::string from = base::JoinPath(from_, kPartsFolder);
    const std::string to = base::JoinPath(to_, kPartsFolder);
    VEDETTE_RETURN_IF_ERROR(fs_->CreateDirs(to));
    for (const PartEntry& part : manifest.parts) {
      const auto linked = base::LinkOrCopy(fs_, linker_, base::JoinPath(from, part.name),
                                           base::JoinPath(to, part.name));
      if (absl::IsNotFound(linked.status())) {
        return base::Unavailable(base::Concat({from, ": its owner rewrote ", part.name}));
      }
      VEDETTE_RETURN_IF_ERROR(linked.status());
      ++report_.parts;
      report_.part_bytes += part.bytes;
      if (*linked) ++report_.linked;
    }
    return fs_->SyncDir(to);
  }

  base::FileSystem* const fs_;
  base::HardLinker* const linker_;
  const std::string& from_;
  const std::string& to_;
  CopyReport report_;
};

}  // namespace

base::StatusOr<CopyReport> CopyStore(base::FileSystem* fs, base::HardLinker* linker,
                                     const std::string& from, const std::string& to) {
  VEDETTE_RETURN_IF_ERROR(base::MustBeEmpty(fs, to));
  if (!fs->Exists(base::JoinPath(from, kManifestFile))) {
    return base::NotFound(base::Concat({from, ": no log store, it has no ", kManifestFile}));
  }
  for (int attempt = 1;; ++attempt) {
    base::StatusOr<CopyReport> report = Copier(fs, linker, from, to).Run();
    if (report.ok()) return report;
    fs->RemoveAll(to).IgnoreError();
    if (!absl::IsUnavailable(report.status()) || attempt == kAttempts) return report;
  }
}

}  // namespace vedette::logstore
