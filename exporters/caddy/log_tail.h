#ifndef VEDETTE_EXPORTERS_CADDY_LOG_TAIL_H_
#define VEDETTE_EXPORTERS_CADDY_LOG_TAIL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::exporters::caddy {

// One file that grows, read line by line from a place on. It stays open: a renamed file is read to
// its end. One thread at a time.
class LogTail {
 public:
  static constexpr size_t kMaxLineBytes = 256 * 1024;

  // `offset` is where to begin; behind the file's end it is cut.
  static base::StatusOr<std::unique_ptr<LogTail>> Open(base::FileSystem* fs,
                                                       const std::string& path, uint64_t offset);

  // Hands over the whole lines that are there, at most `max_bytes` of them; a last one without its
  // newline waits. A file that became shorter is read from its start. Of a line longer than
  // kMaxLineBytes `line` gets the beginning. Returns the bytes read.
  base::StatusOr<uint64_t> ReadLines(uint64_t max_bytes,
                                     const std::function<void(std::string_view line)>& line);

  // Behind the last line handed over: where to begin another time.
  uint64_t offset() const { return offset_ - partial_.size(); }

 private:
  LogTail(std::unique_ptr<base::RandomAccessFile> file, uint64_t offset)
      : file_(std::move(file)), offset_(offset) {}
  void TakeBlock(std::string_view block, const std::function<void(std::string_view)>& line);

  const std::unique_ptr<base::RandomAccessFile> file_;
  uint64_t offset_;        // of what was read
  std::string partial_;    // the last line's beginning
  bool skipping_ = false;  // the rest of a line that was too long
};

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_LOG_TAIL_H_
