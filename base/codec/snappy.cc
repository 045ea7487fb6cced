#include <snappy.h>

#include "base/codec/compress.h"

namespace vedette::base {
namespace {

// A copy of three bytes makes at most 64: what claims more than that is not snappy.
constexpr uint64_t kMaxExpansion = 22;

}  // namespace

std::string SnappyCompress(std::string_view data) {
  std::string out;
  snappy::Compress(data.data(), data.size(), &out);
  return out;
}

StatusOr<std::string> SnappyDecompress(std::string_view data, uint64_t max_bytes) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(data.data(), data.size(), &size)) {
    return InvalidArgument("snappy: no length at the start");
  }
  if (size > data.size() * kMaxExpansion) {
    return InvalidArgument("snappy: declared length does not fit the data");
  }
  if (size > max_bytes) return ResourceExhausted("snappy: declared length is larger than allowed");
  std::string out(size, '\0');
  if (!snappy::RawUncompress(data.data(), data.size(), out.data())) {
    return InvalidArgument("snappy: corrupt data");
  }
  return out;
}

}  // namespace vedette::base
