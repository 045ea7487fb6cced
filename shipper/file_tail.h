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
#include "shipper/log_bytes.h"
#include "shipper/rotated_name.h"

namespace vedette::shipper {

// One log file, followed line by line whatever its name becomes. One thread. Owned by FileSource.
class FileTail {
 public:
  // Longer lines come in pieces of this: what the collector takes as a line.
  static constexpr size_t kMaxLineBytes = 256 << 10;
  static constexpr size_t kHeadBytes = 1024;
  static constexpr size_t kTailBytes = 1024;

  // Opens the file. Its position is the start, and its identity of generation 0; nothing while its
  // first line is not complete. What is `at_rest` will not grow any more: its last line needs no
  // end, also where that is its first.
  static base::StatusOr<std::unique_ptr<FileTail>> Open(base::FileSystem* fs,
                                                        const std::string& path,
                                                        const base::FileInfo& info, bool at_rest);

  const FilePosition& position() const { return position_; }
  void set_path(const std::string& path) { position_.path = path; }
  void set_generation(uint64_t generation) { position_.identity.generation = generation; }
  bool packed() const { return PackingOf(position_.path) != Packing::kPlain; }
  bool at_rest() const { return at_rest_; }
  bool IsFile(const base::FileInfo& info) const {
    return device_ == info.device && position_.inode == info.inode;
  }

  // Whether this file holds what was acknowledged of `known`: it begins as it did and has the same
  // bytes before the offset.
  base::StatusOr<bool> Holds(const FilePosition& known);
  // Goes on where `known`, which it holds, ended: as the same source.
  void GoOnFrom(const FilePosition& known);
  // Whether it was touched since the last call; if not, it cannot have been truncated.
  bool Touched(const base::FileInfo& info);

  // Takes a line without its line feed and the offset behind it; false when it wants no more.
  using LineFn = std::function<bool(std::string_view line, uint64_t end)>;
  // Reads complete lines from the position to the end of the file, or as long as `take` wants.
  // With `last`, what follows the last line feed is a line too: the file will not grow any more.
  base::Status ReadLines(bool last, const LineFn& take);

  // Everything that `take` got is acknowledged.
  void Acknowledge();

  int64_t missing_since_mono_ns = 0;  // 0: its name is still there
  bool drained = false;               // read to its end for the last time
  bool broken = false;                // reading failed

 private:
  FileTail(std::unique_ptr<LogBytes> bytes, const base::FileInfo& info, bool at_rest);
  // Where a read stands: how far lines were taken.
  struct Taken {
    uint64_t offset = 0;
    uint64_t tail_length = 0;
    uint64_t tail_hash = 0;
  };
  // Hands out the lines in the buffer from `*begin` on; false when `take` wants no more.
  bool TakeLines(bool final, const LineFn& take, size_t* begin);

  const std::unique_ptr<LogBytes> bytes_;
  const uint64_t device_;
  const bool at_rest_;
  uint64_t size_ = 0;  // as last looked at
  int64_t mtime_ns_ = 0;
  FilePosition position_;
  Taken taken_;
  std::string buffer_;
  uint64_t buffer_offset_ = 0;  // in the file, of the buffer's first byte
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_FILE_TAIL_H_
