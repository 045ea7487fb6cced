#ifndef VEDETTE_SHIPPER_LOG_BYTES_H_
#define VEDETTE_SHIPPER_LOG_BYTES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "base/fs.h"
#include "base/status.h"

namespace vedette::shipper {

// What a log file says, by the offset it has or had in the plain file. One thread. Owned by who
// reads; the file may be renamed or removed meanwhile.
class LogBytes {
 public:
  virtual ~LogBytes() = default;
  // Reads up to `n` bytes at `offset`; fewer only at the end. Of a compressed file cheap as long as
  // offsets grow: to go back it is unpacked again from its start.
  virtual base::StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) = 0;
};

// Plain, or by the end of its name gzip (.gz) or zstd (.zst).
base::StatusOr<std::unique_ptr<LogBytes>> OpenLogBytes(base::FileSystem* fs,
                                                       const std::string& path);

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_LOG_BYTES_H_
