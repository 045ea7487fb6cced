#ifndef VEDETTE_COLLECTOR_TSDB_POSTINGS_PAGE_H_
#define VEDETTE_COLLECTOR_TSDB_POSTINGS_PAGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/part_format.h"

// Which series have a label's value. Format: FORMAT.md, "Postings page".

namespace vedette::tsdb {

inline constexpr size_t kPostingsPageBytes = 32 << 10;

// `series` ascends.
void AppendPostingsEntry(std::string_view value, std::span<const uint32_t> series,
                         std::string* page);

// The part's number of series bounds the numbers, and all lists of a page together: a series has
// one value of a label.
base::StatusOr<std::vector<PostingsEntry>> DecodePostingsPage(std::string_view page,
                                                              uint64_t series_count);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_POSTINGS_PAGE_H_
