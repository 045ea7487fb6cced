#ifndef VEDETTE_BASE_CODEC_COMPRESS_H_
#define VEDETTE_BASE_CODEC_COMPRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

// Compression with every declared size checked against `max_bytes` before memory is taken.
// Decoders fail with InvalidArgument on bad input and ResourceExhausted over max_bytes.

namespace vedette::base {

std::string SnappyCompress(std::string_view data);
StatusOr<std::string> SnappyDecompress(std::string_view data, uint64_t max_bytes);

std::string GzipCompress(std::string_view data, int level = 6);
// All members of a multi-member stream.
StatusOr<std::string> GzipDecompress(std::string_view data, uint64_t max_bytes);
StatusOr<std::string> DeflateDecompress(std::string_view data, uint64_t max_bytes);  // zlib or raw

std::string ZstdCompress(std::string_view data, int level = 1);
StatusOr<std::string> ZstdDecompress(std::string_view data, uint64_t max_bytes);

// Undoes a Content-Encoding header's value: "", "identity", "gzip", "deflate", "zstd", "snappy".
StatusOr<std::string> DecodeContent(std::string_view coding, std::string_view data,
                                    uint64_t max_bytes);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_CODEC_COMPRESS_H_
