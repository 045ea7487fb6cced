#ifndef VEDETTE_COLLECTOR_TSDB_BLOCK_SUMMARY_H_
#define VEDETTE_COLLECTOR_TSDB_BLOCK_SUMMARY_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/codec/bytes.h"

// What a long block holds, for those who need not see its samples. Format: FORMAT.md, "Series
// page".

namespace vedette::tsdb {

// Shorter blocks have none: decoding them costs about as much as looking.
inline constexpr size_t kSummarySamples = 1024;

// Exact to the bit. A sum is missing because it depends on the order of the additions.
struct BlockSummary {
  // The first of the values that none is below, or above. NaNs do not count; both are NaN where
  // there is nothing else.
  double min = 0;
  double max = 0;
  // A value is below the one right before it. Without, the first value is `min`, the last `max`.
  bool has_reset = false;
  bool has_nan = false;    // that is no stale marker
  bool has_stale = false;  // a stale marker, which queries do not see as a sample

  // Whether `min`, `max`, `has_reset` and the number of samples tell what a query would find.
  bool whole() const { return !has_nan && !has_stale; }
};

BlockSummary Summarize(std::span<const double> values);  // not empty

void PutSummary(const BlockSummary& summary, std::string* out);
// Nothing where the bytes are none.
std::optional<BlockSummary> ReadSummary(base::ByteReader* in);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_BLOCK_SUMMARY_H_
