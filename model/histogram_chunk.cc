#include "model/histogram_chunk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace vedette::model {
namespace {

bool EqualBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool SameLayout(const Histogram& a, const Histogram& b) {
  return a.schema == b.schema && EqualBits(a.zero_threshold, b.zero_threshold) &&
         a.positive.spans == b.positive.spans && a.negative.spans == b.negative.spans &&
         std::equal(a.custom_bounds.begin(), a.custom_bounds.end(), b.custom_bounds.begin(),
                    b.custom_bounds.end(), EqualBits);
}

bool AnyFalls(const HistogramBuckets& from, const HistogramBuckets& to) {
  int64_t before = 0;
  int64_t after = 0;
  for (size_t i = 0; i < from.deltas.size(); ++i) {
    before += from.deltas[i];
    after += to.deltas[i];
    if (after < before) return true;
  }
  for (size_t i = 0; i < from.counts.size(); ++i) {
    if (to.counts[i] < from.counts[i]) return true;
  }
  return false;
}

// Of the same layout.
bool WasReset(const Histogram& from, const Histogram& to) {
  return to.reset == CounterReset::kReset || to.count < from.count ||
         to.count_float < from.count_float || to.zero_count < from.zero_count ||
         to.zero_count_float < from.zero_count_float || AnyFalls(from.positive, to.positive) ||
         AnyFalls(from.negative, to.negative);
}

char HeaderOf(CounterReset reset) {
  switch (reset) {
    case CounterReset::kGauge:
      return static_cast<char>(0b11000000);
    case CounterReset::kReset:
      return static_cast<char>(0b10000000);
    default:
      return 0;  // the sample before is in another chunk: who reads both compares them
  }
}

// A power of two of that range is one byte.
void WriteZeroThreshold(double threshold, BitWriter* out) {
  if (EqualBits(threshold, 0)) return out->Write(0, 8);
  int exponent = 0;
  const double fraction = std::frexp(threshold, &exponent);
  if (EqualBits(fraction, 0.5) && exponent >= -242 && exponent <= 11) {
    return out->Write(static_cast<uint64_t>(exponent + 243), 8);
  }
  out->Write(255, 8);
  out->Write(std::bit_cast<uint64_t>(threshold), 64);
}

void WriteSpans(const std::vector<HistogramSpan>& spans, BitWriter* out) {
  out->WriteUnsignedVarbit(spans.size());
  for (const HistogramSpan& span : spans) {
    out->WriteUnsignedVarbit(span.length);
    out->WriteVarbit(span.offset);
  }
}

// Whole thousandths are one number, others a zero bit and the double.
void WriteCustomBound(double bound, BitWriter* out) {
  constexpr double kMost = 33554430;
  const double thousandths = bound * 1000;
  if (thousandths >= 0 && thousandths <= kMost) {
    const auto rounded = static_cast<uint64_t>(std::round(thousandths));
    if (EqualBits(static_cast<double>(rounded) / 1000, bound)) {
      return out->WriteUnsignedVarbit(rounded + 1);
    }
  }
  out->Write(0, 1);
  out->Write(std::bit_cast<uint64_t>(bound), 64);
}

// Of a stale marker nothing else counts.
const Histogram& Written(const Histogram& histogram) {
  static const Histogram stale = StaleHistogram(false);
  static const Histogram stale_float = StaleHistogram(true);
  if (!histogram.IsStale()) return histogram;
  return histogram.is_float ? stale_float : stale;
}

}  // namespace

bool HistogramChunkWriter::Takes(const Histogram& histogram) const {
  if (count_ == 0) return true;
  if (count_ >= kMaxSamples || out_.size() >= kMaxBytes) return false;
  if (histogram.is_float != last_->is_float) return false;
  if (histogram.IsStale()) return true;
  if (last_->IsStale() || !SameLayout(*last_, histogram)) return false;
  const bool gauge = histogram.reset == CounterReset::kGauge;
  if (gauge != (last_->reset == CounterReset::kGauge)) return false;
  return gauge || !WasReset(*last_, histogram);
}

void HistogramChunkWriter::WriteLayout(const Histogram& histogram) {
  out_.header(2) = HeaderOf(histogram.reset);
  WriteZeroThreshold(histogram.zero_threshold, &out_);
  out_.WriteVarbit(histogram.schema);
  WriteSpans(histogram.positive.spans, &out_);
  WriteSpans(histogram.negative.spans, &out_);
  if (!histogram.is_custom()) return;
  out_.WriteUnsignedVarbit(histogram.custom_bounds.size());
  for (const double bound : histogram.custom_bounds) WriteCustomBound(bound, &out_);
}

void HistogramChunkWriter::WriteDelta(uint64_t value, Delta* last) {
  const uint64_t delta = value - last->value;
  out_.WriteVarbit(static_cast<int64_t>(delta - last->delta));
  *last = {value, delta};
}

void HistogramChunkWriter::WriteIntegers(const Histogram& histogram) {
  const bool first = count_ == 0;
  if (first) {
    deltas_.resize(histogram.positive.deltas.size() + histogram.negative.deltas.size());
    out_.WriteUnsignedVarbit(histogram.count);
    out_.WriteUnsignedVarbit(histogram.zero_count);
    whole_.value = histogram.count;
    zero_.value = histogram.zero_count;
    sum_.First(histogram.sum, &out_);
  } else if (histogram.IsStale()) {
    out_.WriteVarbit(0);
    out_.WriteVarbit(0);
    sum_.Next(histogram.sum, &out_);
  } else {
    WriteDelta(histogram.count, &whole_);
    WriteDelta(histogram.zero_count, &zero_);
    sum_.Next(histogram.sum, &out_);
  }
  auto last = deltas_.begin();
  for (const HistogramBuckets* side : {&histogram.positive, &histogram.negative}) {
    for (const int64_t bucket : side->deltas) {
      const auto value = static_cast<uint64_t>(bucket);
      if (first) {
        out_.WriteVarbit(bucket);
        last->value = value;
      } else {
        WriteDelta(value, &*last);
      }
      ++last;
    }
  }
}

void HistogramChunkWriter::WriteFloats(const Histogram& histogram) {
  const bool first = count_ == 0;
  if (first) {
    counts_.resize(histogram.positive.counts.size() + histogram.negative.counts.size());
  }
  const auto write = [&](double value, XorWriter* writer) {
    first ? writer->First(value, &out_) : writer->Next(value, &out_);
  };
  write(histogram.count_float, &whole_float_);
  write(histogram.zero_count_float, &zero_float_);
  write(histogram.sum, &sum_);
  auto writer = counts_.begin();
  for (const HistogramBuckets* side : {&histogram.positive, &histogram.negative}) {
    for (const double count : side->counts) write(count, &*writer++);
  }
}

void HistogramChunkWriter::Append(const HistogramSample& sample) {
  const Histogram& histogram = Written(*sample.histogram);
  if (count_ == 0) {
    min_ms_ = sample.time_ms;
    WriteLayout(histogram);
    out_.WriteVarbit(sample.time_ms);
    time_.value = static_cast<uint64_t>(sample.time_ms);
  } else {
    WriteDelta(static_cast<uint64_t>(sample.time_ms), &time_);
  }
  if (histogram.is_float) {
    WriteFloats(histogram);
  } else {
    WriteIntegers(histogram);
  }
  time_ms_ = sample.time_ms;
  last_ = sample.histogram;
  ++count_;
}

std::string HistogramChunkWriter::Take() {
  out_.header(0) = static_cast<char>(count_ >> 8);
  out_.header(1) = static_cast<char>(count_ & 0xff);
  return std::exchange(*this, HistogramChunkWriter()).out_.Take();
}

}  // namespace vedette::model
