#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_TRIGRAM_FILTER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_TRIGRAM_FILTER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/logstore/columns/shapes_column.h"

// Which lines a granule cannot have: a Bloom filter over every three bytes that follow one another,
// where the bytes of ids and numbers are all the same. A run of hex digits (either case) counts as
// one of those if a decimal digit is in it or it is at least kHexWord long; its bytes are
// kAnyDigit.

namespace vedette::logstore {

inline constexpr char kAnyDigit = '\0';

// Collects the trigrams of a granule's lines. Reused; one thread.
class TrigramFilterBuilder {
 public:
  TrigramFilterBuilder() : seen_((size_t{1} << 24) / 64) {}
  // The lines of one template. What its lines have in common is looked at once.
  void Add(const ShapedValues::Shape& shape);
  void AddText(std::string_view text);
  // The filter's bytes; forgets what was added.
  std::string Take();

 private:
  std::vector<uint64_t> seen_;  // a bit a trigram
  std::vector<uint32_t> trigrams_;
  std::string scratch_;
};

// False: no line that was added has `needle` in it. Filters of no bytes say nothing.
bool MayHave(std::string_view filter, std::string_view needle);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_TRIGRAM_FILTER_H_
