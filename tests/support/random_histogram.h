#ifndef VEDETTE_TESTS_SUPPORT_RANDOM_HISTOGRAM_H_
#define VEDETTE_TESTS_SUPPORT_RANDOM_HISTOGRAM_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "model/histogram.h"

namespace vedette::test {

// Native histograms of one series as a program might send them: counters that grow, buckets that
// are added, now and then a reset, another layout, a gauge, a NaN sum, a stale marker. Each of them
// is valid.
class RandomHistograms {
 public:
  explicit RandomHistograms(uint64_t seed) : random_(seed) { NewLayout(); }

  model::Histogram Next() {
    if (OneIn(40)) return model::StaleHistogram(is_float_);
    if (OneIn(25)) NewLayout();
    if (OneIn(30)) Reset();
    if (OneIn(8)) Widen();
    model::Histogram h;
    h.is_float = is_float_;
    h.schema = schema_;
    h.reset = static_cast<model::CounterReset>(OneIn(6) ? random_() % 4 : 2);
    const bool custom = h.is_custom();
    h.zero_threshold = custom ? 0 : zero_threshold_;
    if (!custom) Grow(&zero_);
    Fill(&positive_, is_float_, &h.positive);
    if (!custom) Fill(&negative_, is_float_, &h.negative);
    if (custom) h.custom_bounds = bounds_;
    uint64_t all = custom ? 0 : zero_;
    for (const uint64_t count : positive_) all += count;
    for (const uint64_t count : negative_) all += custom ? 0 : count;
    sum_ += static_cast<double>(random_() % 1000) / 8;
    h.sum = OneIn(20) ? std::numeric_limits<double>::quiet_NaN() : sum_;
    if (is_float_) {
      h.count_float = static_cast<double>(all) * 0.5;
      h.zero_count_float = custom ? 0 : static_cast<double>(zero_) * 0.5;
    } else {
      h.count = all + (std::isnan(h.sum) ? random_() % 3 : 0);
      h.zero_count = custom ? 0 : zero_;
    }
    return h;
  }

 private:
  bool OneIn(uint64_t n) { return random_() % n == 0; }
  void Grow(uint64_t* count) {
    if (OneIn(2)) *count += random_() % 50;
  }
  void Reset() {
    zero_ = 0;
    for (uint64_t& count : positive_) count = 0;
    for (uint64_t& count : negative_) count = 0;
  }
  void Widen() {
    if (schema_ == model::Histogram::kCustomSchema && positive_.size() > bounds_.size()) return;
    positive_.push_back(random_() % 9);
  }
  void NewLayout() {
    is_float_ = OneIn(3);
    schema_ = OneIn(4) ? model::Histogram::kCustomSchema : static_cast<int32_t>(random_() % 13) - 4;
    zero_threshold_ = OneIn(3) ? 0 : OneIn(2) ? std::ldexp(1.0, -128) : 0.001;
    bounds_.clear();
    for (uint64_t i = 0; i < 2 + random_() % 9; ++i) {
      bounds_.push_back(OneIn(3) ? -1e9 + static_cast<double>(i)
                                 : static_cast<double>(i + 1) * 0.125);
    }
    std::sort(bounds_.begin(), bounds_.end());
    bounds_.erase(std::unique(bounds_.begin(), bounds_.end()), bounds_.end());
    positive_.assign(random_() % (bounds_.size() + 1), random_() % 100);
    negative_.assign(random_() % 4, 5);
    gap_ = static_cast<int32_t>(random_() % 5);
  }
  // In up to two spans.
  void Fill(std::vector<uint64_t>* counts, bool is_float, model::HistogramBuckets* side) {
    if (counts->empty()) return;
    const auto n = static_cast<uint32_t>(counts->size());
    const bool custom = schema_ == model::Histogram::kCustomSchema;
    const uint32_t first = custom || gap_ == 0 ? n : (n + 1) / 2;
    side->spans.push_back({custom ? 0 : gap_ - 2, first});
    if (first < n) side->spans.push_back({gap_, n - first});
    int64_t before = 0;
    for (uint64_t& count : *counts) {
      Grow(&count);
      if (is_float) {
        side->counts.push_back(static_cast<double>(count) * 0.5);
      } else {
        side->deltas.push_back(static_cast<int64_t>(count) - before);
        before = static_cast<int64_t>(count);
      }
    }
  }

  std::mt19937_64 random_;
  bool is_float_ = false;
  int32_t schema_ = 0;
  double zero_threshold_ = 0;
  std::vector<double> bounds_;
  std::vector<uint64_t> positive_, negative_;
  int32_t gap_ = 0;
  uint64_t zero_ = 0;
  double sum_ = 0;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_SUPPORT_RANDOM_HISTOGRAM_H_
