#include "collector/tsdb/postings_page.h"

#include <utility>

#include "base/codec/bytes.h"

namespace vedette::tsdb {
namespace {

base::Status BrokenPostings() { return base::DataLoss("postings page: impossible content"); }

std::string EncodeGaps(std::span<const uint32_t> series) {
  std::string out;
  uint32_t last = 0;
  for (const uint32_t number : series) {
    base::PutVarint(number - last, &out);
    last = number;
  }
  return out;
}

// Neighbours as one: the gap before them and how many follow the first.
std::string EncodeRuns(std::span<const uint32_t> series) {
  std::string out;
  uint32_t last = 0;
  for (size_t at = 0; at < series.size();) {
    size_t end = at + 1;
    while (end < series.size() && series[end] == series[end - 1] + 1) ++end;
    base::PutVarint(series[at] - last, &out);
    base::PutVarint(end - at - 1, &out);
    last = series[end - 1];
    at = end;
  }
  return out;
}

base::Status ReadList(base::ByteReader* in, uint64_t series_count, bool runs, uint64_t count,
                      std::vector<uint32_t>* series) {
  uint64_t number = 0;
  while (series->size() < count) {
    const uint64_t gap = in->Varint();
    const uint64_t follow = runs ? in->Varint() : 0;
    if (!in->ok() || gap >= series_count - number || (gap == 0 && !series->empty())) {
      return BrokenPostings();
    }
    number += gap;
    if (follow >= series_count - number || follow >= count - series->size()) {
      return BrokenPostings();
    }
    for (uint64_t i = 0; i <= follow; ++i) series->push_back(static_cast<uint32_t>(number + i));
    number += follow;
  }
  return {};
}

}  // namespace

void AppendPostingsEntry(std::string_view value, std::span<const uint32_t> series,
                         std::string* page) {
  const std::string gaps = EncodeGaps(series);
  const std::string runs = EncodeRuns(series);
  const bool as_runs = runs.size() < gaps.size();
  base::PutString(value, page);
  base::PutVarint(series.size() * 2 + (as_runs ? 1 : 0), page);
  *page += as_runs ? runs : gaps;
}

base::StatusOr<std::vector<PostingsEntry>> DecodePostingsPage(std::string_view page,
                                                              uint64_t series_count) {
  base::ByteReader in(page);
  std::vector<PostingsEntry> entries;
  uint64_t left = series_count;
  while (!in.empty()) {
    PostingsEntry entry;
    entry.value = in.String();
    const uint64_t head = in.Varint();
    if (!in.ok() || head / 2 > left) return BrokenPostings();
    left -= head / 2;
    VEDETTE_RETURN_IF_ERROR(ReadList(&in, series_count, head % 2 != 0, head / 2, &entry.series));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace vedette::tsdb
