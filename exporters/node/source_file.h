#ifndef VEDETTE_EXPORTERS_NODE_SOURCE_FILE_H_
#define VEDETTE_EXPORTERS_NODE_SOURCE_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::exporters::node {

// Reads files of /proc, /sys and the like whole, again and again, into one buffer. Opens anew each
// time, so that no file of a device that went away is held. One thread; one owner, a collector.
class SourceFile {
 public:
  // The content, which stays valid until the next Read. Errors name the path; a file that does not
  // exist is NotFound.
  base::StatusOr<std::string_view> Read(const std::string& path);
  // A file that holds one decimal number.
  base::StatusOr<uint64_t> ReadUint(const std::string& path);

 private:
  std::vector<char> buffer_;
};

// Names in a folder that satisfy `keep`, sorted as bytes; without "." and "..". An absent folder is
// NotFound.
base::StatusOr<std::vector<std::string>> ListFolder(const std::string& path,
                                                    bool (*keep)(std::string_view name));

// The error of input that does not look as the kernel writes it: "PATH: WHAT, found X".
base::Status Malformed(const std::string& path, std::string_view what, std::string_view found);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_SOURCE_FILE_H_
