#include "collector/tsdb/times_page.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/codec/bytes.h"
#include "collector/tsdb/int_column.h"

namespace vedette::tsdb {
namespace {

base::Status BrokenTimesPage() { return base::DataLoss("times page: impossible content"); }

int64_t Plus(int64_t a, uint64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + b); }

}  // namespace

void TimesPageBuilder::Add(std::span<const int64_t> times) {
  std::vector<int64_t> from_first(times.size());
  for (size_t i = 0; i < times.size(); ++i) from_first[i] = times[i] - times.front();
  std::string column;
  EncodeIntColumn(from_first, &column);
  base::PutVarint(times.size(), &heads_);
  base::PutSignedVarint(times.front() - part_min_ms_, &heads_);
  base::PutVarint(static_cast<uint64_t>(from_first.back()), &heads_);
  base::PutVarint(column.size(), &heads_);
  payloads_ += column;
  ++columns_;
}

std::string TimesPageBuilder::Finish() {
  std::string page;
  base::PutVarint(columns_, &page);
  page += heads_;
  page += payloads_;
  columns_ = 0;
  heads_.clear();
  payloads_.clear();
  return page;
}

base::StatusOr<TimesPage> TimesPage::Parse(std::string bytes, int64_t part_min_ms) {
  TimesPage page;
  page.bytes_ = std::move(bytes);
  base::ByteReader in(page.bytes_);
  const uint64_t count = in.Varint();
  if (!in.ok() || count > kPageTimes) return BrokenTimesPage();
  size_t end = 0;
  for (uint64_t i = 0; i < count; ++i) {
    Column column;
    const uint64_t samples = in.Varint();
    column.min_ms = Plus(part_min_ms, static_cast<uint64_t>(in.SignedVarint()));
    column.max_ms = Plus(column.min_ms, in.Varint());
    column.length = in.Varint();
    if (!in.ok() || samples == 0 || samples > kColumnSamples || column.min_ms > column.max_ms ||
        column.length > page.bytes_.size() - end) {
      return BrokenTimesPage();
    }
    column.samples = static_cast<uint32_t>(samples);
    column.offset = end;
    end += column.length;
    page.columns_.push_back(column);
  }
  if (in.remaining() != end) return BrokenTimesPage();
  for (Column& column : page.columns_) column.offset += page.bytes_.size() - end;
  return page;
}

base::Status TimesPage::Read(const Column& column, std::vector<int64_t>* times) const {
  base::ByteReader in(std::string_view(bytes_).substr(column.offset, column.length));
  times->resize(column.samples);
  VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in, *times));
  for (int64_t& t : *times) t = Plus(t, static_cast<uint64_t>(column.min_ms));
  // Readers search and merge by time: a column that does not ascend would lead them astray.
  const bool ascends =
      std::adjacent_find(times->begin(), times->end(), std::greater_equal<>()) == times->end();
  if (!in.empty() || !ascends || times->front() != column.min_ms ||
      times->back() != column.max_ms) {
    return base::DataLoss("times do not ascend or do not fit the index");
  }
  return {};
}

}  // namespace vedette::tsdb
