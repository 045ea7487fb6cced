#ifndef VEDETTE_SHIPPER_FILE_TAIL_H_
#define VEDETTE_SHIPPER_FILE_TAIL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/status.h"
#include "shipper/checkpoint.h"

namespace vedette::shipper {

// One log file, followed line by line whatever its name becomes. One thread. Owned by FileSource.
class FileTail {
 public:
  // Lines longer than this come in pieces.
  static constexpr size_t kMaxLineBytes = 1 << 20;
  static constexpr size_t kHeadBytes = 1024;

  // What the file at `path` is, or nothing while its first line is not complete.
  static base::StatusOr<std::optional<FileIdentity>> Identify(base::FileSystem* fs,
                                                              const std::string& path,
                                                              const base::FileInfo& info);
  // Opens the file to be read from position.offset on.
  static base::StatusOr<std::unique_ptr<FileTail>> Open(base::FileSystem* fs,
                                                        FilePosition position);

  // Takes a line without its line feed and the offset behind it; false when it wants no more.
  using LineFn = std::function<bool(std::string_view line, uint64_t end)>;
  // Reads complete lines from the read offset to the end of the file, or as long as `take` wants.
  // With `last`, what follows the last line feed is a line too: the file will not grow any more.
  base::Status ReadLines(bool last, const LineFn& take);

  // Everything up to `offset` is acknowledged.
  void Acknowledge(uint64_t offset) { position_.offset = offset; }
  const FilePosition& position() const { return position_; }
  void set_path(const std::string& path) { position_.path = path; }

  // Whether the file still begins as it did; not so after it was truncated and written anew.
  base::StatusOr<bool> HeadUnchanged() const;

  int64_t missing_since_mono_ns = 0;  // 0: its name is still there
  bool drained = false;               // read to its end for the last time

 private:
  FileTail(std::unique_ptr<base::RandomAccessFile> file, FilePosition position);

  const std::unique_ptr<base::RandomAccessFile> file_;
  FilePosition position_;
  std::string buffer_;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_FILE_TAIL_H_
