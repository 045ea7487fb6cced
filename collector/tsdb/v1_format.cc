#include "collector/tsdb/v1_format.h"

#include <utility>

#include "base/codec/bytes.h"
#include "collector/tsdb/int_column.h"

namespace vedette::tsdb::v1 {
namespace {

base::Status BrokenV1Page(const char* what) {
  return base::DataLoss(std::string(what) + ": impossible content");
}

// A length that does not fit 32 bits reads as UINT32_MAX, which every bound refuses.
uint32_t NarrowV1(uint64_t v) { return v > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(v); }

bool ReadBlockRef(base::ByteReader* in, int64_t part_min_ms, BlockRef* block) {
  const uint64_t min_ms = static_cast<uint64_t>(in->SignedVarint());
  block->min_ms = static_cast<int64_t>(static_cast<uint64_t>(part_min_ms) + min_ms);
  block->max_ms = static_cast<int64_t>(static_cast<uint64_t>(block->min_ms) + in->Varint());
  block->samples = NarrowV1(in->Varint());
  block->times = in->Varint();
  block->times_length = NarrowV1(in->Varint());
  block->values_offset = in->Varint();
  block->values_length = NarrowV1(in->Varint());
  return in->ok() && block->min_ms <= block->max_ms && block->samples > 0 &&
         block->samples <= kColumnSamples && block->times_length > sizeof(uint32_t) &&
         block->times_length <= kMaxColumnBytes && block->values_length > sizeof(uint32_t) &&
         block->values_length <= kMaxColumnBytes;
}

}  // namespace

base::StatusOr<std::vector<SeriesEntry>> DecodeSeriesPage(std::string_view page, int64_t min_ms) {
  base::ByteReader in(page);
  std::vector<SeriesEntry> entries;
  while (!in.empty()) {
    SeriesEntry entry;
    VEDETTE_ASSIGN_OR_RETURN(entry.labels, model::Labels::FromBytes(in.String()));
    for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
      if (!ReadBlockRef(&in, min_ms, &entry.blocks.emplace_back())) {
        return BrokenV1Page("series page");
      }
    }
    if (!in.ok() || entries.size() == kPageSeries) return BrokenV1Page("series page");
    entries.push_back(std::move(entry));
  }
  return entries;
}

base::StatusOr<std::vector<PostingsEntry>> DecodePostingsPage(std::string_view page,
                                                              uint64_t series_count) {
  base::ByteReader in(page);
  std::vector<PostingsEntry> entries;
  while (!in.empty()) {
    PostingsEntry entry;
    entry.value = in.String();
    uint64_t number = 0;
    for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
      const uint64_t step = in.Varint();
      if (step >= series_count || number + step >= series_count) {
        return BrokenV1Page("postings page");
      }
      number += step;
      entry.series.push_back(static_cast<uint32_t>(number));
    }
    if (!in.ok()) return BrokenV1Page("postings page");
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace vedette::tsdb::v1
