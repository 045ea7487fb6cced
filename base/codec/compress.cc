#include "base/codec/compress.h"

#include "base/strings.h"

namespace vedette::base {

StatusOr<std::string> DecodeContent(std::string_view coding, std::string_view data,
                                    uint64_t max_bytes) {
  coding = Trim(coding);
  const auto is = [coding](std::string_view name) { return EqualsIgnoreCase(coding, name); };
  if (coding.empty() || is("identity")) {
    if (data.size() > max_bytes) return ResourceExhausted("body is larger than allowed");
    return std::string(data);
  }
  if (is("gzip") || is("x-gzip")) return GzipDecompress(data, max_bytes);
  if (is("deflate")) return DeflateDecompress(data, max_bytes);
  if (is("zstd")) return ZstdDecompress(data, max_bytes);
  if (is("snappy")) return SnappyDecompress(data, max_bytes);
  return InvalidArgument(Concat({"unknown content encoding ", GoQuote(coding),
                                 ", want identity, gzip, deflate, zstd or snappy"}));
}

}  // namespace vedette::base
