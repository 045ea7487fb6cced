#ifndef VEDETTE_SHIPPER_KNOWN_FILES_H_
#define VEDETTE_SHIPPER_KNOWN_FILES_H_

#include <cstdint>
#include <vector>

#include "shipper/checkpoint.h"

namespace vedette::shipper {

// Positions of files that are not open: those of the last run until they are found, and those that
// are gone, since a copy or a compressed form of them may turn up and hold what was not read. Owned
// by FileSource; one thread.
class KnownFiles {
 public:
  // The oldest are forgotten over these. What is then found once more is read once more, and the
  // collector skips it.
  static constexpr size_t kMaxComplete = 64;
  static constexpr size_t kMaxFiles = 1000;

  explicit KnownFiles(std::vector<FilePosition> files) : files_(std::move(files)) {}

  // Of one source the position further on is kept.
  void Add(const FilePosition& file);
  void Remove(const FileIdentity& identity);
  // Those that `file` may be, newest first: of its family or its inode, with its first line.
  std::vector<FilePosition> Alike(const FilePosition& file) const;
  const std::vector<FilePosition>& files() const { return files_; }

 private:
  void Forget();

  std::vector<FilePosition> files_;  // oldest first
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_KNOWN_FILES_H_
