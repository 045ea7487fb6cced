#include "collector/tsdb/prometheus/wal_folder.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "collector/tsdb/prometheus/block_chunks.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr std::string_view kCheckpoint = "checkpoint.";

base::Status AddFiles(base::FileSystem* fs, const std::string& dir, std::optional<uint64_t> number,
                      std::optional<uint64_t> behind, std::vector<WalFile>* files) {
  VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names, NumberedFiles(fs, dir));
  for (const std::string& name : names) {
    WalFile file;
    file.path = base::JoinPath(dir, name);
    const std::optional<uint64_t> own = base::ParseUint(name);
    if (!own || (behind && *own <= *behind)) continue;
    file.number = number.value_or(*own);
    VEDETTE_ASSIGN_OR_RETURN(const base::FileInfo info, fs->Stat(file.path));
    file.bytes = info.size;
    if (!info.is_directory) files->push_back(std::move(file));
  }
  return {};
}

}  // namespace

base::StatusOr<std::vector<WalFile>> WalFiles(base::FileSystem* fs, const std::string& dir) {
  std::vector<WalFile> files;
  const base::StatusOr<std::vector<std::string>> names = fs->List(dir);
  if (absl::IsNotFound(names.status())) return files;
  if (!names.ok()) return names.status();
  std::optional<uint64_t> newest;
  std::string checkpoint;
  for (const std::string& name : *names) {
    // "checkpoint.00000003.tmp" was never finished and is no number.
    if (!base::StartsWith(name, kCheckpoint)) continue;
    const std::optional<uint64_t> number =
        base::ParseUint(std::string_view(name).substr(kCheckpoint.size()));
    if (!number || (newest && *number < *newest)) continue;
    newest = number;
    checkpoint = base::JoinPath(dir, name);
  }
  if (newest) VEDETTE_RETURN_IF_ERROR(AddFiles(fs, checkpoint, newest, std::nullopt, &files));
  VEDETTE_RETURN_IF_ERROR(AddFiles(fs, dir, std::nullopt, newest, &files));
  return files;
}

}  // namespace vedette::tsdb::prometheus
