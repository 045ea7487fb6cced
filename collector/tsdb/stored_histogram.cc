#include "collector/tsdb/stored_histogram.h"

#include <cstring>
#include <string>

#include "base/codec/bytes.h"
#include "collector/tsdb/histogram_codec.h"

namespace vedette::tsdb {
namespace {

constexpr uint64_t kAllocatorBytes = 16;

}  // namespace

StoredHistogram::StoredHistogram(const model::HistogramSample& sample)
    : time_ms_(sample.time_ms), start_ms_(sample.start_ms) {
  std::string encoded;
  PutHistogram(*sample.histogram, &encoded);
  size_ = static_cast<uint32_t>(encoded.size());
  bytes_ = std::make_unique_for_overwrite<char[]>(size_);
  std::memcpy(bytes_.get(), encoded.data(), size_);
}

StoredHistogram::StoredHistogram(const StoredHistogram& other)
    : time_ms_(other.time_ms_),
      start_ms_(other.start_ms_),
      size_(other.size_),
      bytes_(std::make_unique_for_overwrite<char[]>(other.size_)) {
  std::memcpy(bytes_.get(), other.bytes_.get(), size_);
}

model::HistogramSample StoredHistogram::Decode() const {
  base::ByteReader reader({bytes_.get(), size_});
  base::StatusOr<model::Histogram> histogram = ReadHistogram(&reader);
  VEDETTE_CHECK(histogram.ok());
  return {time_ms_, start_ms_, std::make_shared<const model::Histogram>(*std::move(histogram))};
}

uint64_t StoredHistogram::bytes() const { return size_ + kAllocatorBytes; }

}  // namespace vedette::tsdb
