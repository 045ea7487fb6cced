#ifndef VEDETTE_COLLECTOR_TSDB_INT_CODEC_H_
#define VEDETTE_COLLECTOR_TSDB_INT_CODEC_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/codec/bytes.h"
#include "base/status.h"

// Columns of integers: constant steps in a few bytes, else differences divided by their gcd and
// packed in groups with patches for the outliers. Format: FORMAT.md, "Integer column".

namespace vedette::tsdb {

inline constexpr size_t kIntGroup = 128;

// Appends the shortest of the modes. Any values, any count.
void EncodeInts(std::span<const int64_t> values, std::string* out);

// Reads `count` integers into `out` (replaced). DataLoss on anything EncodeInts cannot have
// written. `count` is the caller's to bound.
base::Status DecodeInts(base::ByteReader* in, size_t count, std::vector<int64_t>* out);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_INT_CODEC_H_
