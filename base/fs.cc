#include "base/fs.h"

#include "base/strings.h"

namespace vedette::base {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status WriteAndSync(FileSystem* fs, const std::string& path, std::string_view data) {
  VEDETTE_ASSIGN_OR_RETURN(const auto file, fs->Create(path));
  VEDETTE_RETURN_IF_ERROR(file->Append(data));
  VEDETTE_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

Status FileSystem::WriteFileAtomic(const std::string& path, std::string_view data) {
  const std::string aside = path + ".tmp";
  if (Status status = WriteAndSync(this, aside, data); !status.ok()) {
    Remove(aside).IgnoreError();
    return status;
  }
  VEDETTE_RETURN_IF_ERROR(Rename(aside, path));
  return SyncDir(ParentOf(path));
}

std::string JoinPath(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  return Concat({folder, EndsWith(folder, "/") ? "" : "/", name});
}

}  // namespace vedette::base
