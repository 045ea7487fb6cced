#include "collector/tsdb/histogram_codec.h"

#include <limits>

#include "base/strings.h"
#include "collector/tsdb/wal_record.h"

namespace vedette::tsdb {
namespace {

constexpr uint8_t kFloat = 1;
constexpr unsigned kResetShift = 1;
constexpr uint8_t kFlags = 7;

base::Status BrokenHistogram() { return base::DataLoss("histogram: impossible content"); }

void PutSide(const model::Histogram& histogram, const model::HistogramBuckets& side,
             std::string* out) {
  PutSpans(side.spans, out);
  if (histogram.is_float) {
    for (const double count : side.counts) PutWalValue(count, out);
  } else {
    for (const int64_t delta : side.deltas) base::PutSignedVarint(delta, out);
  }
}

// What follows the first byte.
void PutBody(const model::Histogram& histogram, std::string* out) {
  base::PutSignedVarint(histogram.schema, out);
  PutWalValue(histogram.zero_threshold, out);
  PutWalValue(histogram.sum, out);
  if (histogram.is_float) {
    PutWalValue(histogram.count_float, out);
    PutWalValue(histogram.zero_count_float, out);
  } else {
    base::PutVarint(histogram.count, out);
    base::PutVarint(histogram.zero_count, out);
  }
  PutSide(histogram, histogram.positive, out);
  PutSide(histogram, histogram.negative, out);
  base::PutVarint(histogram.custom_bounds.size(), out);
  for (const double bound : histogram.custom_bounds) PutWalValue(bound, out);
}

bool ReadSide(base::ByteReader* in, bool is_float, model::HistogramBuckets* side) {
  uint64_t buckets = 0;
  if (!ReadSpans(in, &side->spans, &buckets)) return false;
  if (is_float) {
    side->counts.resize(buckets);
    for (double& count : side->counts) count = ReadWalValue(in);
  } else {
    side->deltas.resize(buckets);
    for (int64_t& delta : side->deltas) delta = in->SignedVarint();
  }
  return in->ok();
}

bool ReadBounds(base::ByteReader* in, std::vector<double>* bounds) {
  const uint64_t count = in->Varint();
  if (!in->ok() || count > in->remaining()) return false;
  bounds->resize(count);
  for (double& bound : *bounds) bound = ReadWalValue(in);
  return in->ok();
}

bool ReadCounts(base::ByteReader* in, model::Histogram* histogram) {
  if (histogram->is_float) {
    histogram->count_float = ReadWalValue(in);
    histogram->zero_count_float = ReadWalValue(in);
  } else {
    histogram->count = in->Varint();
    histogram->zero_count = in->Varint();
  }
  return ReadSide(in, histogram->is_float, &histogram->positive) &&
         ReadSide(in, histogram->is_float, &histogram->negative);
}

std::string Body(const model::Histogram& histogram) {
  std::string body(1, histogram.is_float ? '\1' : '\0');
  PutBody(histogram, &body);
  return body;
}

}  // namespace

void PutSpans(const std::vector<model::HistogramSpan>& spans, std::string* out) {
  base::PutVarint(spans.size(), out);
  for (const model::HistogramSpan& span : spans) {
    base::PutSignedVarint(span.offset, out);
    base::PutVarint(span.length, out);
  }
}

bool ReadSpans(base::ByteReader* in, std::vector<model::HistogramSpan>* spans, uint64_t* buckets) {
  const uint64_t count = in->Varint();
  if (!in->ok() || count > in->remaining() / 2) return false;
  spans->resize(count);
  for (model::HistogramSpan& span : *spans) {
    const int64_t offset = in->SignedVarint();
    const uint64_t length = in->Varint();
    if (offset != static_cast<int32_t>(offset) || length > std::numeric_limits<uint32_t>::max()) {
      return false;
    }
    span = {static_cast<int32_t>(offset), static_cast<uint32_t>(length)};
    *buckets += length;
  }
  return in->ok() && *buckets <= in->remaining();
}

void PutHistogram(const model::Histogram& histogram, std::string* out) {
  const auto reset = static_cast<uint8_t>(histogram.reset);
  out->push_back(static_cast<char>((histogram.is_float ? kFloat : 0) | (reset << kResetShift)));
  PutBody(histogram, out);
}

base::StatusOr<model::Histogram> ReadHistogram(base::ByteReader* in) {
  model::Histogram histogram;
  const auto flags = in->Fixed<uint8_t>();
  const int64_t schema = in->SignedVarint();
  if (!in->ok() || flags > kFlags || schema != static_cast<int32_t>(schema)) {
    return BrokenHistogram();
  }
  histogram.is_float = (flags & kFloat) != 0;
  histogram.reset = static_cast<model::CounterReset>(flags >> kResetShift);
  histogram.schema = static_cast<int32_t>(schema);
  histogram.zero_threshold = ReadWalValue(in);
  histogram.sum = ReadWalValue(in);
  if (!ReadCounts(in, &histogram) || !ReadBounds(in, &histogram.custom_bounds)) {
    return BrokenHistogram();
  }
  const base::Status valid = histogram.Validate();
  if (valid.ok()) return histogram;
  return base::DataLoss(base::Concat({"histogram: ", base::Message(valid)}));
}

bool SameCounts(const model::Histogram& a, const model::Histogram& b) { return Body(a) == Body(b); }

uint64_t CountsHash(const model::Histogram& histogram) { return base::Hash64(Body(histogram)); }

}  // namespace vedette::tsdb
