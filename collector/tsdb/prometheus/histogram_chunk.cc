#include "collector/tsdb/prometheus/histogram_chunk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include "collector/tsdb/prometheus/bit_reader.h"
#include "collector/tsdb/prometheus/byte_decoder.h"
#include "model/histogram.h"

namespace vedette::tsdb::prometheus {
namespace {

using model::CounterReset;
using model::Histogram;
using model::HistogramBuckets;
using model::HistogramSpan;

constexpr size_t kHistogramHeaderBytes = 3;
// Spans and bounds of all samples together: a chunk has some hundred samples.
constexpr size_t kMaxShared = 16 << 20;
constexpr uint64_t kResetMask = 0b11000000;
constexpr uint64_t kGauge = 0b11000000;
constexpr uint64_t kReset = 0b10000000;

// An integer that is written as the delta of its deltas.
struct Delta {
  int64_t value = 0;
  int64_t delta = 0;
  int64_t Next(BitReader* in) {
    delta = WrappingAdd(delta, in->Varbit());
    value = WrappingAdd(value, delta);
    return value;
  }
};

// A double that is written as the XOR with the one before.
struct Xored {
  uint64_t bits = 0;
  XorReader xors;
  double First(BitReader* in) {
    bits = in->Bits(64);
    return std::bit_cast<double>(bits);
  }
  double Next(BitReader* in) {
    bits = xors.Next(bits, in);
    return std::bit_cast<double>(bits);
  }
};

class Decoder {
 public:
  Decoder(std::string_view data, bool is_float) : in_(data.substr(kHistogramHeaderBytes)) {
    ByteDecoder header(data);
    samples_ = header.U16();
    flags_ = header.U8() & kResetMask;
    layout_.is_float = is_float;
  }

  size_t samples() const { return samples_; }

  base::Status ReadLayout() {
    layout_.zero_threshold = ZeroThreshold();
    const int64_t schema = in_.Varbit();
    size_t positive = 0;
    size_t negative = 0;
    if (!Spans(&layout_.positive.spans, &positive) || !Spans(&layout_.negative.spans, &negative) ||
        schema != static_cast<int32_t>(schema)) {
      return base::DataLoss("chunk of histograms: impossible layout");
    }
    layout_.schema = static_cast<int32_t>(schema);
    if (layout_.is_custom() && !Bounds()) {
      return base::DataLoss("chunk of histograms: impossible custom bounds");
    }
    const size_t shared = layout_.positive.spans.size() + layout_.negative.spans.size() +
                          layout_.custom_bounds.size();
    if (shared > kMaxShared / std::max<size_t>(samples_, 1)) {
      return base::DataLoss("chunk of histograms: more spans and bounds than any has");
    }
    if (layout_.is_float) {
      layout_.positive.counts.resize(positive);
      layout_.negative.counts.resize(negative);
      counts_.resize(positive + negative);
    } else {
      layout_.positive.deltas.resize(positive);
      layout_.negative.deltas.resize(negative);
      deltas_.resize(positive + negative);
    }
    return {};
  }

  // The i-th sample; false when the data ends before.
  bool Next(size_t i, int64_t* time_ms, Histogram* out) {
    *out = layout_;
    out->reset = ResetOf(i);
    *time_ms = i == 0 ? (time_.value = in_.Varbit()) : time_.Next(&in_);
    if (out->is_float) {
      out->count_float = Float(i, &whole_float_);
      out->zero_count_float = Float(i, &zero_float_);
    } else {
      out->count = static_cast<uint64_t>(Count(i, &whole_));
      out->zero_count = static_cast<uint64_t>(Count(i, &zero_));
    }
    out->sum = Float(i, &sum_);
    if (i > 0 && model::IsStaleNan(out->sum)) {
      *out = model::StaleHistogram(out->is_float);
    } else {
      Buckets(i, out);
      // Of a marker nothing else counts.
      if (model::IsStaleNan(out->sum)) *out = model::StaleHistogram(out->is_float);
    }
    return in_.ok();
  }

 private:
  double ZeroThreshold() {
    const auto byte = static_cast<int>(in_.Bits(8));
    if (byte == 0) return 0;
    if (byte == 255) return std::bit_cast<double>(in_.Bits(64));
    return std::ldexp(0.5, byte - 243);
  }

  // Each span and each bucket takes a bit at least.
  bool Spans(std::vector<HistogramSpan>* spans, size_t* buckets) {
    const uint64_t count = in_.UnsignedVarbit();
    if (!in_.ok() || count > in_.left()) return false;
    uint64_t all = 0;
    for (uint64_t i = 0; i < count && in_.ok(); ++i) {
      const uint64_t length = in_.UnsignedVarbit();
      const int64_t offset = in_.Varbit();
      if (length > in_.left() || offset != static_cast<int32_t>(offset)) return false;
      spans->push_back({static_cast<int32_t>(offset), static_cast<uint32_t>(length)});
      all += length;
      if (all > in_.left()) return false;
    }
    *buckets = all;
    return in_.ok();
  }

  bool Bounds() {
    const uint64_t count = in_.UnsignedVarbit();
    if (!in_.ok() || count > in_.left()) return false;
    for (uint64_t i = 0; i < count && in_.ok(); ++i) {
      const uint64_t thousandths = in_.UnsignedVarbit();
      layout_.custom_bounds.push_back(thousandths == 0
                                          ? std::bit_cast<double>(in_.Bits(64))
                                          : static_cast<double>(thousandths - 1) / 1000);
    }
    return in_.ok();
  }

  // Of a chunk of counters none but the first can follow a reset.
  CounterReset ResetOf(size_t i) const {
    if (flags_ == kGauge) return CounterReset::kGauge;
    if (i > 0) return CounterReset::kNotReset;
    return flags_ == kReset ? CounterReset::kReset : CounterReset::kUnknown;
  }

  double Float(size_t i, Xored* value) { return i == 0 ? value->First(&in_) : value->Next(&in_); }

  int64_t Count(size_t i, Delta* count) {
    if (i > 0) return count->Next(&in_);
    return count->value = static_cast<int64_t>(in_.UnsignedVarbit());
  }

  void Buckets(size_t i, Histogram* out) {
    size_t at = 0;
    for (HistogramBuckets* side : {&out->positive, &out->negative}) {
      for (int64_t& delta : side->deltas) {
        Delta& bucket = deltas_[at++];
        delta = i == 0 ? (bucket.value = in_.Varbit()) : bucket.Next(&in_);
      }
      for (double& count : side->counts) count = Float(i, &counts_[at++]);
    }
  }

  BitReader in_;
  size_t samples_ = 0;
  uint64_t flags_ = 0;
  Histogram layout_;  // with as many buckets, of whatever counts
  Delta time_, whole_, zero_;
  std::vector<Delta> deltas_;  // positive, then negative
  Xored sum_, whole_float_, zero_float_;
  std::vector<Xored> counts_;
};

}  // namespace

base::Status DecodeHistogramChunk(std::string_view data, bool is_float,
                                  std::vector<model::HistogramSample>* out, uint64_t* invalid) {
  if (data.size() < kHistogramHeaderBytes) {
    return base::DataLoss("chunk is too short for its header");
  }
  Decoder decoder(data, is_float);
  if (decoder.samples() == 0) return {};
  VEDETTE_RETURN_IF_ERROR(decoder.ReadLayout());
  for (size_t i = 0; i < decoder.samples(); ++i) {
    int64_t time_ms = 0;
    Histogram histogram;
    if (!decoder.Next(i, &time_ms, &histogram)) {
      return base::DataLoss("chunk ends before its last sample");
    }
    if (!histogram.Validate().ok()) {
      ++*invalid;
      continue;
    }
    out->push_back({time_ms, 0, std::make_shared<const Histogram>(std::move(histogram))});
  }
  return {};
}

}  // namespace vedette::tsdb::prometheus
