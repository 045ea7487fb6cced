#include "shipper/known_files.h"

#include <algorithm>

namespace vedette::shipper {

void KnownFiles::Add(const FilePosition& file) {
  FilePosition kept = file;
  for (const FilePosition& known : files_) {
    if (known.identity == file.identity && known.offset > file.offset) kept = known;
  }
  Remove(file.identity);
  files_.push_back(std::move(kept));
  Forget();
}

void KnownFiles::Remove(const FileIdentity& identity) {
  std::erase_if(files_, [&](const FilePosition& known) { return known.identity == identity; });
}

std::vector<FilePosition> KnownFiles::Alike(const FilePosition& file) const {
  std::vector<FilePosition> alike;
  for (auto known = files_.rbegin(); known != files_.rend(); ++known) {
    if (!known->identity.LooksLike(file.identity)) continue;
    if (known->identity.family == file.identity.family || known->inode == file.inode) {
      alike.push_back(*known);
    }
  }
  return alike;
}

void KnownFiles::Forget() {
  const auto complete = [](const FilePosition& file) { return file.complete; };
  if (std::count_if(files_.begin(), files_.end(), complete) >
      static_cast<ptrdiff_t>(kMaxComplete)) {
    files_.erase(std::find_if(files_.begin(), files_.end(), complete));
  }
  if (files_.size() > kMaxFiles) files_.erase(files_.begin());
}

}  // namespace vedette::shipper
