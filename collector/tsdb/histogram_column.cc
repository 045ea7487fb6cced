#include "collector/tsdb/histogram_column.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

#include "base/codec/bytes.h"
#include "base/strings.h"
#include "collector/tsdb/block_column.h"
#include "collector/tsdb/histogram_codec.h"
#include "collector/tsdb/int_column.h"
#include "collector/tsdb/value_codec.h"

namespace vedette::tsdb {
namespace {

using model::Histogram;
using model::HistogramBuckets;
using model::HistogramSample;

constexpr uint8_t kHasLayouts = 1;
constexpr uint8_t kHasStarts = 2;
// Counts of a histogram beside those of its buckets.
constexpr size_t kOtherCounts = 2;

size_t CountsOf(const Histogram& h) {
  return kOtherCounts + (h.is_float ? h.positive.counts.size() + h.negative.counts.size()
                                    : h.positive.deltas.size() + h.negative.deltas.size());
}

// What of a histogram a layout says once.
size_t SharedOf(const Histogram& h) {
  return h.positive.spans.size() + h.negative.spans.size() + h.custom_bounds.size();
}

std::string LayoutOf(const Histogram& h) {
  std::string out(1, h.is_float ? '\1' : '\0');
  base::PutSignedVarint(h.schema, &out);
  base::PutFixed(std::bit_cast<uint64_t>(h.zero_threshold), &out);
  PutSpans(h.positive.spans, &out);
  PutSpans(h.negative.spans, &out);
  base::PutVarint(h.custom_bounds.size(), &out);
  for (const double bound : h.custom_bounds) {
    base::PutFixed(std::bit_cast<uint64_t>(bound), &out);
  }
  return out;
}

void PutValues(std::span<const double> values, std::string* out) {
  std::string column;
  EncodeValues(values, &column);
  base::PutString(column, out);
}

// Absolute counts of integer buckets, positive ones first.
void AppendCounts(const Histogram& h, std::vector<uint64_t>* counts) {
  for (const HistogramBuckets* side : {&h.positive, &h.negative}) {
    uint64_t count = 0;
    for (const int64_t delta : side->deltas) {
      count += static_cast<uint64_t>(delta);
      counts->push_back(count);
    }
  }
}

// The histograms of one layout.
class LayoutWriter {
 public:
  explicit LayoutWriter(std::string layout) : layout_(std::move(layout)) {}

  const std::string& layout() const { return layout_; }
  void Add(const Histogram* h) { histograms_.push_back(h); }
  void Write(std::string* out) const {
    histograms_.front()->is_float ? WriteFloats(out) : WriteIntegers(out);
  }

 private:
  void WriteIntegers(std::string* out) const {
    const size_t width = CountsOf(*histograms_.front());
    std::vector<uint64_t> all;  // histogram by histogram
    for (const Histogram* h : histograms_) {
      const size_t first = all.size();
      all.resize(first + 1);
      all.push_back(h->zero_count);
      AppendCounts(*h, &all);
      uint64_t rest = h->count;
      for (size_t i = first + 1; i < all.size(); ++i) rest -= all[i];
      all[first] = rest;
    }
    std::vector<int64_t> column(histograms_.size());
    for (size_t place = 0; place < width; ++place) {
      for (size_t i = 0; i < column.size(); ++i) {
        column[i] = static_cast<int64_t>(all[i * width + place]);
      }
      EncodeIntColumn(column, out);
    }
  }

  template <typename Get>
  void WriteColumn(const Get& get, std::string* out) const {
    std::vector<double> column;
    for (const Histogram* h : histograms_) column.push_back(get(*h));
    PutValues(column, out);
  }

  void WriteFloats(std::string* out) const {
    WriteColumn([](const Histogram& h) { return h.count_float; }, out);
    WriteColumn([](const Histogram& h) { return h.zero_count_float; }, out);
    for (HistogramBuckets Histogram::*side : {&Histogram::positive, &Histogram::negative}) {
      const size_t buckets = (histograms_.front()->*side).counts.size();
      for (size_t i = 0; i < buckets; ++i) {
        WriteColumn([side, i](const Histogram& h) { return (h.*side).counts[i]; }, out);
      }
    }
  }

  const std::string layout_;
  std::vector<const Histogram*> histograms_;
};

class Encoder {
 public:
  explicit Encoder(std::span<const HistogramSample> samples) : samples_(samples) {
    for (const HistogramSample& sample : samples) {
      numbers_.push_back(NumberOf(*sample.histogram));
      layouts_[static_cast<size_t>(numbers_.back())].Add(sample.histogram.get());
      resets_.push_back(static_cast<int64_t>(sample.histogram->reset));
      starts_.push_back(sample.start_ms);
      sums_.push_back(sample.histogram->sum);
    }
  }

  void Write(std::string* out) const {
    const bool started = std::any_of(starts_.begin(), starts_.end(), [](int64_t s) { return s; });
    out->push_back(static_cast<char>(ColumnKind::kHistograms));
    out->push_back(
        static_cast<char>((layouts_.size() > 1 ? kHasLayouts : 0) | (started ? kHasStarts : 0)));
    base::PutVarint(layouts_.size(), out);
    for (const LayoutWriter& layout : layouts_) *out += layout.layout();
    if (layouts_.size() > 1) EncodeIntColumn(numbers_, out);
    EncodeIntColumn(resets_, out);
    if (started) EncodeIntColumn(starts_, out);
    PutValues(sums_, out);
    for (const LayoutWriter& layout : layouts_) layout.Write(out);
  }

 private:
  // They seldom change: the newest is nearly always it.
  int64_t NumberOf(const Histogram& h) {
    std::string layout = LayoutOf(h);
    for (size_t i = layouts_.size(); i > 0; --i) {
      if (layouts_[i - 1].layout() == layout) return static_cast<int64_t>(i - 1);
    }
    layouts_.emplace_back(std::move(layout));
    return static_cast<int64_t>(layouts_.size() - 1);
  }

  const std::span<const HistogramSample> samples_;
  std::vector<LayoutWriter> layouts_;
  std::vector<int64_t> numbers_, resets_, starts_;
  std::vector<double> sums_;
};

base::Status BrokenHistograms() { return base::DataLoss("histograms column: impossible content"); }

class ColumnDecoder {
 public:
  ColumnDecoder(std::string_view column, size_t count) : in_(column), histograms_(count) {}

  base::Status Decode() {
    const auto codec = in_.Fixed<uint8_t>();
    const auto flags = in_.Fixed<uint8_t>();
    if (!in_.ok() || codec != static_cast<uint8_t>(ColumnKind::kHistograms) ||
        flags > (kHasLayouts | kHasStarts)) {
      return BrokenHistograms();
    }
    VEDETTE_RETURN_IF_ERROR(ReadLayouts());
    VEDETTE_RETURN_IF_ERROR(ReadNumbers((flags & kHasLayouts) != 0));
    VEDETTE_RETURN_IF_ERROR(ReadResets());
    if ((flags & kHasStarts) != 0) {
      starts_.resize(histograms_.size());
      VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in_, starts_));
    }
    VEDETTE_RETURN_IF_ERROR(ReadSums());
    for (const Layout& layout : layouts_) {
      VEDETTE_RETURN_IF_ERROR(layout.shared.is_float ? ReadFloats(layout) : ReadIntegers(layout));
    }
    if (!in_.ok() || !in_.empty()) return BrokenHistograms();
    for (const Histogram& h : histograms_) {
      if (const base::Status valid = h.Validate(); !valid.ok()) {
        return base::DataLoss(base::Concat({"histograms column: ", base::Message(valid)}));
      }
    }
    return {};
  }

  void MoveTo(std::span<const int64_t> times, std::vector<HistogramSample>* out) {
    out->reserve(out->size() + histograms_.size());
    for (size_t i = 0; i < histograms_.size(); ++i) {
      out->push_back({times[i], starts_.empty() ? 0 : starts_[i],
                      std::make_shared<const Histogram>(std::move(histograms_[i]))});
    }
  }

 private:
  struct Layout {
    Histogram shared;  // of its histograms; without counts
    uint64_t positive = 0;
    uint64_t negative = 0;
    std::vector<Histogram*> histograms;
  };

  base::Status ReadLayouts() {
    const uint64_t count = in_.Varint();
    if (!in_.ok() || count == 0 || count > histograms_.size()) return BrokenHistograms();
    layouts_.resize(count);
    for (Layout& layout : layouts_) VEDETTE_RETURN_IF_ERROR(ReadLayout(&layout));
    return {};
  }

  base::Status ReadLayout(Layout* layout) {
    Histogram& h = layout->shared;
    const auto is_float = in_.Fixed<uint8_t>();
    const int64_t schema = in_.SignedVarint();
    h.zero_threshold = std::bit_cast<double>(in_.Fixed<uint64_t>());
    if (!in_.ok() || is_float > 1 || schema != static_cast<int32_t>(schema)) {
      return BrokenHistograms();
    }
    h.is_float = is_float == 1;
    h.schema = static_cast<int32_t>(schema);
    if (!ReadSpans(&in_, &h.positive.spans, &layout->positive) ||
        !ReadSpans(&in_, &h.negative.spans, &layout->negative)) {
      return BrokenHistograms();
    }
    const uint64_t bounds = in_.Varint();
    if (!in_.ok() || bounds > in_.remaining() / sizeof(uint64_t)) return BrokenHistograms();
    h.custom_bounds.resize(bounds);
    for (double& bound : h.custom_bounds) bound = std::bit_cast<double>(in_.Fixed<uint64_t>());
    return {};
  }

  base::Status ReadNumbers(bool present) {
    std::vector<int64_t> numbers(histograms_.size(), 0);
    if (present) VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in_, numbers));
    uint64_t counts = 0;
    for (size_t i = 0; i < histograms_.size(); ++i) {
      if (numbers[i] < 0 || static_cast<uint64_t>(numbers[i]) >= layouts_.size()) {
        return BrokenHistograms();
      }
      Layout& layout = layouts_[static_cast<size_t>(numbers[i])];
      layout.histograms.push_back(&histograms_[i]);
      counts += kOtherCounts + layout.positive + layout.negative + SharedOf(layout.shared);
      if (i > 0 && counts > kMaxColumnCounts) return BrokenHistograms();
    }
    for (const Layout& layout : layouts_) {
      if (layout.histograms.empty()) return BrokenHistograms();
      for (Histogram* h : layout.histograms) *h = layout.shared;
    }
    return {};
  }

  base::Status ReadResets() {
    std::vector<int64_t> resets(histograms_.size());
    VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in_, resets));
    for (size_t i = 0; i < resets.size(); ++i) {
      if (resets[i] < 0 || resets[i] > static_cast<int64_t>(model::CounterReset::kGauge)) {
        return BrokenHistograms();
      }
      histograms_[i].reset = static_cast<model::CounterReset>(resets[i]);
    }
    return {};
  }

  base::Status ReadValues(std::vector<double>* values) {
    const std::string_view column = in_.String();
    if (!in_.ok()) return BrokenHistograms();
    return DecodeValues(column, *values);
  }

  base::Status ReadSums() {
    std::vector<double> sums(histograms_.size());
    VEDETTE_RETURN_IF_ERROR(ReadValues(&sums));
    for (size_t i = 0; i < sums.size(); ++i) histograms_[i].sum = sums[i];
    return {};
  }

  base::Status ReadIntegers(const Layout& layout) {
    const std::vector<Histogram*>& all = layout.histograms;
    std::vector<int64_t> column(all.size());
    VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in_, column));
    for (size_t i = 0; i < all.size(); ++i) all[i]->count = static_cast<uint64_t>(column[i]);
    VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in_, column));
    for (size_t i = 0; i < all.size(); ++i) {
      all[i]->zero_count = static_cast<uint64_t>(column[i]);
      all[i]->count += all[i]->zero_count;
    }
    VEDETTE_RETURN_IF_ERROR(ReadDeltas(layout, &Histogram::positive, layout.positive));
    return ReadDeltas(layout, &Histogram::negative, layout.negative);
  }

  base::Status ReadDeltas(const Layout& layout, HistogramBuckets Histogram::*side,
                          uint64_t buckets) {
    const std::vector<Histogram*>& all = layout.histograms;
    for (Histogram* h : all) (h->*side).deltas.resize(buckets);
    std::vector<int64_t> before(all.size(), 0);
    std::vector<int64_t> column(all.size());
    for (size_t bucket = 0; bucket < buckets; ++bucket) {
      VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(&in_, column));
      for (size_t i = 0; i < all.size(); ++i) {
        const auto count = static_cast<uint64_t>(column[i]);
        (all[i]->*side).deltas[bucket] =
            static_cast<int64_t>(count - static_cast<uint64_t>(before[i]));
        all[i]->count += count;
      }
      before.swap(column);
    }
    return {};
  }

  base::Status ReadFloats(const Layout& layout) {
    const std::vector<Histogram*>& all = layout.histograms;
    std::vector<double> column(all.size());
    VEDETTE_RETURN_IF_ERROR(ReadValues(&column));
    for (size_t i = 0; i < all.size(); ++i) all[i]->count_float = column[i];
    VEDETTE_RETURN_IF_ERROR(ReadValues(&column));
    for (size_t i = 0; i < all.size(); ++i) all[i]->zero_count_float = column[i];
    for (const auto& [side, buckets] : {std::pair(&Histogram::positive, layout.positive),
                                        std::pair(&Histogram::negative, layout.negative)}) {
      for (Histogram* h : all) (h->*side).counts.resize(buckets);
      for (size_t bucket = 0; bucket < buckets; ++bucket) {
        VEDETTE_RETURN_IF_ERROR(ReadValues(&column));
        for (size_t i = 0; i < all.size(); ++i) (all[i]->*side).counts[bucket] = column[i];
      }
    }
    return {};
  }

  base::ByteReader in_;
  std::vector<Histogram> histograms_;
  std::vector<Layout> layouts_;
  std::vector<int64_t> starts_;
};

}  // namespace

size_t HistogramsOfBlock(std::span<const HistogramSample> samples) {
  size_t counts = 0;
  size_t n = 0;
  for (; n < std::min(samples.size(), kColumnSamples); ++n) {
    const Histogram& h = *samples[n].histogram;
    counts += CountsOf(h) + SharedOf(h);
    if (n > 0 && counts > kMaxColumnCounts) break;
  }
  return n;
}

void EncodeHistograms(std::span<const HistogramSample> samples, std::string* out) {
  Encoder(samples).Write(out);
}

base::Status DecodeHistograms(std::string_view column, std::span<const int64_t> times,
                              std::vector<HistogramSample>* out) {
  ColumnDecoder decoder(column, times.size());
  VEDETTE_RETURN_IF_ERROR(decoder.Decode());
  decoder.MoveTo(times, out);
  return {};
}

}  // namespace vedette::tsdb
