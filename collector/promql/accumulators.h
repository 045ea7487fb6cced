#ifndef VEDETTE_COLLECTOR_PROMQL_ACCUMULATORS_H_
#define VEDETTE_COLLECTOR_PROMQL_ACCUMULATORS_H_

#include <cmath>

#include "collector/promql/math.h"

// What an aggregation keeps of a group at one step: Add each series' value in series order, then
// take Value() if any was added. Sums and means: group_sums.h.

namespace vedette::promql {

class CountAccumulator {
 public:
  void Add(double) { count_ += 1; }
  bool seen() const { return count_ > 0; }
  double Value() const { return count_; }

 private:
  double count_ = 0;
};

class GroupAccumulator {
 public:
  void Add(double) { seen_ = true; }
  bool seen() const { return seen_; }
  double Value() const { return 1; }

 private:
  bool seen_ = false;
};

class MinAccumulator {
 public:
  void Add(double v) {
    if (!seen_ || value_ > v || std::isnan(value_)) value_ = v;
    seen_ = true;
  }
  bool seen() const { return seen_; }
  double Value() const { return value_; }

 private:
  double value_ = 0;
  bool seen_ = false;
};

class MaxAccumulator {
 public:
  void Add(double v) {
    if (!seen_ || value_ < v || std::isnan(value_)) value_ = v;
    seen_ = true;
  }
  bool seen() const { return seen_; }
  double Value() const { return value_; }

 private:
  double value_ = 0;
  bool seen_ = false;
};

// Welford's, uncompensated.
class VarianceAccumulator {
 public:
  void Add(double v) {
    count_ += 1;
    if (count_ == 1) {
      mean_ = v;
      if (std::isnan(v) || std::isinf(v)) squares_ = NormalNan();
      return;
    }
    const double delta = v - mean_;
    mean_ += delta / count_;
    squares_ += delta * (v - mean_);
  }
  bool seen() const { return count_ > 0; }
  double Value() const { return squares_ / count_; }

 private:
  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

class DeviationAccumulator : public VarianceAccumulator {
 public:
  double Value() const { return std::sqrt(VarianceAccumulator::Value()); }
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_ACCUMULATORS_H_
