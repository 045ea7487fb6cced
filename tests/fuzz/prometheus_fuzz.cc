// What an import reads of Prometheus' files under any bytes: the first byte chooses the decoder,
// the rest is its input.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/tsdb/prometheus/block_index.h"
#include "collector/tsdb/prometheus/block_meta.h"
#include "collector/tsdb/prometheus/block_tombstones.h"
#include "collector/tsdb/prometheus/head_chunks.h"
#include "collector/tsdb/prometheus/histogram_chunk.h"
#include "collector/tsdb/prometheus/import_state.h"
#include "collector/tsdb/prometheus/wal_records.h"
#include "collector/tsdb/prometheus/wal_segment.h"
#include "collector/tsdb/prometheus/xor_chunk.h"
#include "collector/tsdb/tombstone.h"
#include "model/histogram.h"

namespace {

using namespace vedette;
using namespace vedette::tsdb::prometheus;

class MemoryFile final : public base::RandomAccessFile {
 public:
  explicit MemoryFile(std::string_view data) : data_(data) {}
  base::StatusOr<size_t> Read(uint64_t offset, size_t n, char* buffer) const override {
    if (offset >= data_.size()) return size_t{0};
    const size_t got = std::min<size_t>(n, data_.size() - offset);
    std::memcpy(buffer, data_.data() + offset, got);
    return got;
  }
  uint64_t Size() const override { return data_.size(); }

 private:
  const std::string_view data_;
};

std::unique_ptr<FileWindow> WindowOf(std::string_view data) {
  return std::make_unique<FileWindow>(std::make_unique<MemoryFile>(data), "file");
}

void Chunk(std::string_view data) {
  std::vector<int64_t> times;
  std::vector<double> values;
  DecodeXorChunk(data, &times, &values).IgnoreError();
  if (times.size() != values.size() || times.size() > UINT16_MAX) __builtin_trap();
}

void HistogramChunk(std::string_view data) {
  for (const bool is_float : {false, true}) {
    std::vector<model::HistogramSample> samples;
    uint64_t invalid = 0;
    DecodeHistogramChunk(data, is_float, &samples, &invalid).IgnoreError();
    for (const model::HistogramSample& sample : samples) {
      if (!sample.histogram->Validate().ok()) __builtin_trap();
    }
  }
}

void Index(std::string_view data) {
  auto index = BlockIndex::Open(WindowOf(data));
  if (!index.ok()) return;
  model::Labels last;
  (*index)
      ->ForEachSeries([&last](const IndexedSeries& series) {
        if (!(last < series.labels)) __builtin_trap();
        last = series.labels;
        return base::Status();
      })
      .IgnoreError();
}

void Record(std::string_view record) {
  switch (TypeOf(record)) {
    case RecordType::kSeries:
      DecodeSeriesRecord(record).status().IgnoreError();
      break;
    case RecordType::kSamples:
      DecodeSamplesRecord(record).status().IgnoreError();
      break;
    case RecordType::kTombstones: {
      TombstoneMap map;
      DecodeTombstonesRecord(record, &map).IgnoreError();
      break;
    }
    default:
      if (IsHistograms(TypeOf(record))) {
        uint64_t invalid = 0;
        DecodeHistogramsRecord(record, &invalid).status().IgnoreError();
      }
      break;
  }
}

void Segment(std::string_view data) {
  WalSegment segment(WindowOf(data));
  segment
      .ForEach([](uint64_t, std::string_view record) {
        Record(record);
        return base::Status();
      })
      .IgnoreError();
}

void HeadChunks(std::string_view data) {
  const auto file = WindowOf(data);
  ForEachHeadChunk(file.get(), [](const HeadChunk& chunk) {
    Chunk(chunk.data);
    return base::Status();
  }).IgnoreError();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 10) {
    case 0:
      Chunk(input);
      break;
    case 1:
      Index(input);
      break;
    case 2:
      DecodeBlockTombstones(input).status().IgnoreError();
      break;
    case 3:
      ParseBlockMeta(input).status().IgnoreError();
      break;
    case 4:
      Segment(input);
      break;
    case 5:
      Record(input);
      break;
    case 6:
      HeadChunks(input);
      break;
    case 7:
      ImportState::FromText(input).status().IgnoreError();
      break;
    case 8:
      HistogramChunk(input);
      break;
    default:
      tsdb::DecodeTombstone(input).status().IgnoreError();
      break;
  }
  return 0;
}
