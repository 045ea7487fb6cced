// The metrics store's decoders under any bytes: the first byte chooses one, the rest is its input.
// What a column decoder accepts must come back to the bit when encoded and decoded again.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/bytes.h"
#include "collector/tsdb/block_column.h"
#include "collector/tsdb/exemplar_record.h"
#include "collector/tsdb/histogram_codec.h"
#include "collector/tsdb/histogram_column.h"
#include "collector/tsdb/int_column.h"
#include "collector/tsdb/manifest.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/postings_page.h"
#include "collector/tsdb/series_page.h"
#include "collector/tsdb/times_page.h"
#include "collector/tsdb/tombstone.h"
#include "collector/tsdb/v1_columns.h"
#include "collector/tsdb/v1_format.h"
#include "collector/tsdb/value_codec.h"
#include "collector/tsdb/wal_record.h"

namespace {

using namespace vedette;

void Values(std::string_view data, size_t count) {
  std::vector<double> values(count);
  if (!tsdb::DecodeValues(data, values).ok()) return;
  std::string again;
  tsdb::EncodeValues(values, &again);
  std::vector<double> back(count);
  if (!tsdb::DecodeValues(again, back).ok()) __builtin_trap();
  for (size_t i = 0; i < count; ++i) {
    if (std::bit_cast<uint64_t>(values[i]) != std::bit_cast<uint64_t>(back[i])) __builtin_trap();
  }
}

void Ints(std::string_view data, size_t count) {
  base::ByteReader in(data);
  std::vector<int64_t> values(count);
  if (!tsdb::DecodeIntColumn(&in, values).ok()) return;
  std::string again;
  tsdb::EncodeIntColumn(values, &again);
  base::ByteReader reader(again);
  std::vector<int64_t> back(count);
  if (!tsdb::DecodeIntColumn(&reader, back).ok() || back != values) __builtin_trap();
}

void Version1(std::string_view data, size_t count) {
  base::ByteReader in(data);
  std::vector<int64_t> times;
  tsdb::v1::DecodeInts(&in, count, &times).IgnoreError();
  std::vector<double> values;
  tsdb::v1::DecodeValues(data, count, &values).IgnoreError();
  tsdb::v1::DecodeSeriesPage(data, 0).status().IgnoreError();
  tsdb::v1::DecodePostingsPage(data, count).status().IgnoreError();
  tsdb::DecodeDirectory(data, 1).status().IgnoreError();
}

void Times(std::string_view data) {
  const auto page = tsdb::TimesPage::Parse(std::string(data), 0);
  if (!page.ok()) return;
  std::vector<int64_t> times;
  for (const auto& column : page->columns()) page->Read(column, &times).IgnoreError();
}

// A block's place must lie in its page, whatever the lengths say.
void Series(std::string_view data) {
  using Column = tsdb::TimesPage::Column;
  const Column column{0, 1, 2, 0, 0};
  const auto page = tsdb::DecodeSeriesPage(
      data, [&column](uint64_t) { return base::StatusOr<const Column*>(&column); });
  if (!page.ok()) return;
  for (const tsdb::SeriesEntry& entry : page->entries) {
    for (const tsdb::BlockRef& block : entry.blocks) {
      if (block.constant) continue;
      const tsdb::PageRef& ref = page->value_pages.at(block.values_page);
      const uint64_t bytes = ref.unpacked > 0 ? ref.unpacked : ref.length;
      if (block.values_offset + block.values_length > bytes) __builtin_trap();
      if (block.summary != tsdb::BlockRef::kNoSummary && block.summary >= page->summaries.size()) {
        __builtin_trap();
      }
    }
  }
}

// What is read is valid, and is read again as it is when written again.
void Histograms(std::string_view data, size_t count) {
  std::vector<int64_t> times(count);
  for (size_t i = 0; i < count; ++i) times[i] = static_cast<int64_t>(i);
  std::vector<model::HistogramSample> samples;
  if (!tsdb::DecodeHistograms(data, times, &samples).ok()) return;
  if (tsdb::HistogramsOfBlock(samples) != count) __builtin_trap();
  std::string again;
  tsdb::EncodeHistograms(samples, &again);
  std::vector<model::HistogramSample> back;
  if (!tsdb::DecodeHistograms(again, times, &back).ok()) __builtin_trap();
  for (size_t i = 0; i < count; ++i) {
    const model::Histogram& histogram = *samples[i].histogram;
    if (!histogram.Validate().ok() || !(histogram == *back[i].histogram)) __builtin_trap();
  }
}

void OneHistogram(std::string_view data) {
  base::ByteReader in(data);
  const auto histogram = tsdb::ReadHistogram(&in);
  if (!histogram.ok()) return;
  std::string again;
  tsdb::PutHistogram(*histogram, &again);
  base::ByteReader reader(again);
  const auto back = tsdb::ReadHistogram(&reader);
  if (!back.ok() || !(*back == *histogram)) __builtin_trap();
}

void Starts(std::string_view data, size_t count) {
  if (tsdb::KindOf(data) != tsdb::ColumnKind::kStartedFloats) return;
  std::vector<int64_t> starts(count);
  const auto floats = tsdb::DecodeStarts(data, starts);
  if (floats.ok()) Values(*floats, count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);
  const size_t count = 1 + (data[1] + 256u * data[2]) % tsdb::kColumnSamples;
  switch (data[0] % 14) {
    case 0:
      Values(input, count);
      break;
    case 1:
      Ints(input, count);
      break;
    case 2:
      Series(input);
      break;
    case 3:
      tsdb::DecodePostingsPage(input, count).status().IgnoreError();
      break;
    case 4:
      tsdb::DecodeDirectory(input, tsdb::kPartVersion).status().IgnoreError();
      break;
    case 5:
      tsdb::DecodeBatch(tsdb::kWalBatch, input).status().IgnoreError();
      tsdb::DecodeBatch(tsdb::kWalPlainBatch, input).status().IgnoreError();
      tsdb::DecodeBatch(tsdb::kWalRows, input).status().IgnoreError();
      tsdb::DecodeBatch(tsdb::kWalRichRows, input).status().IgnoreError();
      break;
    case 6:
      Times(input);
      break;
    case 7:
      Version1(input, count);
      break;
    case 8:
      tsdb::DecodeTombstone(input).status().IgnoreError();
      break;
    case 9:
      tsdb::DecodeExemplars(input).status().IgnoreError();
      tsdb::ReadPartHeader(input).status().IgnoreError();
      tsdb::DecodeFooter(input).status().IgnoreError();
      break;
    case 10:
      Histograms(input, count);
      break;
    case 11:
      OneHistogram(input);
      break;
    case 12:
      Starts(input, count);
      break;
    default:
      tsdb::DecodeManifest(input).status().IgnoreError();
      break;
  }
  return 0;
}
