#ifndef VEDETTE_BASE_WAL_CHECK_H_
#define VEDETTE_BASE_WAL_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/fs.h"

namespace vedette::base {

// What one segment of a log holds and what is wrong with it.
struct WalSegmentCheck {
  uint64_t records = 0;
  std::vector<std::string> findings;  // empty: fine
};

// Reads a segment whole. Its owner may be writing it: a torn end is no finding.
WalSegmentCheck CheckWalSegment(const RandomAccessFile& file, uint64_t number,
                                uint64_t max_record_bytes);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WAL_CHECK_H_
