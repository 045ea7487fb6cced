#ifndef VEDETTE_EXPORTERS_NODE_SOURCE_FILE_H_
#define VEDETTE_EXPORTERS_NODE_SOURCE_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::node {

// A file descriptor, closed at the end. -1 is none.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int fd) : fd_(fd) {}
  ~OpenFile() { Close(); }
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept;
  int fd() const { return fd_; }
  void Close();

 private:
  int fd_ = -1;
};

// Reads files of /proc, /sys and the like whole, again and again, into one buffer. A file that is
// read twice in a row stays open where the kernel makes its content anew at each reading (procfs,
// sysfs); all others are opened each time, so that a replaced file is seen. One thread; one owner,
// a collector.
class SourceFile {
 public:
  // What a file is made of. The kernel hands out whole records, as many as its page of 4 KiB has
  // room for: of a file whose records are under 1 KiB, or which is made in one go, a reading that
  // ends 1 KiB before that was the last, and the end of the file need not be read.
  enum class Records { kAnyLength, kShort };

  explicit SourceFile(Records records = Records::kAnyLength) : records_(records) {}

  // The content, which stays valid until the next Read. Errors name the path; a file that does not
  // exist is NotFound.
  base::StatusOr<std::string_view> Read(const std::string& path);
  // A file that holds one decimal number.
  base::StatusOr<uint64_t> ReadUint(const std::string& path);

 private:
  // `is_kernel`: the file is of procfs or sysfs.
  base::StatusOr<std::string_view> ReadWhole(int fd, const std::string& path, bool is_kernel);

  const Records records_;
  std::vector<char> buffer_;
  std::string last_path_;
  OpenFile kept_;  // open at last_path_, or none
};

// Names in a folder that satisfy `keep`, sorted as bytes; without "." and "..". An absent folder is
// NotFound.
base::StatusOr<std::vector<std::string>> ListFolder(const std::string& path,
                                                    bool (*keep)(std::string_view name));

// Whether a folder is of procfs or sysfs, whose files may stay open: each reading from the start
// gives the state of the moment.
bool IsKernelFolder(const std::string& path);

// An absent file or folder means that the machine lacks what the collector is about: NoData in
// place of NotFound. Other errors stay.
base::Status AbsentIsNoData(const base::Status& status);

// The error of input that does not look as the kernel writes it: "PATH: WHAT, found X".
base::Status Malformed(const std::string& path, std::string_view what, std::string_view found);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_SOURCE_FILE_H_
