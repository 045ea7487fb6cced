#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_FILE_WINDOW_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_FILE_WINDOW_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::tsdb::prometheus {

// A file read mostly from front to back, through one buffer. One thread. Errors name the file and
// the offset.
class FileWindow {
 public:
  static base::StatusOr<std::unique_ptr<FileWindow>> Open(base::FileSystem* fs,
                                                          const std::string& path);
  // `path` is for messages.
  FileWindow(std::unique_ptr<base::RandomAccessFile> file, std::string path);

  // The `n` bytes at `offset`, valid until the next call. DataLoss when the file ends before.
  base::StatusOr<std::string_view> Bytes(uint64_t offset, uint64_t n);
  // The same, but fewer at the end of the file.
  base::StatusOr<std::string_view> UpTo(uint64_t offset, uint64_t n);

  uint64_t size() const { return file_->Size(); }
  const std::string& path() const { return path_; }
  // DataLoss "PATH: at byte OFFSET: WHAT".
  base::Status Damage(uint64_t offset, std::string_view what) const;

 private:
  const std::unique_ptr<base::RandomAccessFile> file_;
  const std::string path_;
  std::string buffer_;
  uint64_t buffer_offset_ = 0;
};

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_FILE_WINDOW_H_
