#ifndef VEDETTE_MODEL_SAMPLE_H_
#define VEDETTE_MODEL_SAMPLE_H_

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/labels.h"

namespace vedette::model {

// One value of a series. Timestamps are milliseconds since the Unix epoch.
struct Sample {
  int64_t timestamp_ms = 0;
  double value = 0;
};

// The NaN that ends a series, by its bits (Prometheus' value.StaleNaN).
inline constexpr uint64_t kStaleNanBits = 0x7ff0000000000002;
inline constexpr uint64_t kNormalNanBits = 0x7ff8000000000001;
inline double StaleNan() { return std::bit_cast<double>(kStaleNanBits); }
inline bool IsStaleNan(double v) { return std::bit_cast<uint64_t>(v) == kStaleNanBits; }

struct Histogram;

// A native histogram of a series. Never null; shared by all who read it.
struct HistogramSample {
  int64_t time_ms = 0;
  int64_t start_ms = 0;  // when its counters began; 0: unknown
  std::shared_ptr<const Histogram> histogram;
};

// A series and its samples, times ascending. Floats are arrays of one length: what queries work on.
// What few series have stands beside them, so that who knows of floats alone may pass it over.
struct SeriesSamples {
  Labels labels;
  std::vector<int64_t> timestamps_ms;
  std::vector<double> values;
  // When the counter of each float began, 0 where unknown; empty when that is so of all.
  std::vector<int64_t> starts_ms = {};
  // Ascending, none at a time of `timestamps_ms`. Their reset hints are as they were sent: about
  // the sample that its sender had before, which may not be here.
  std::vector<HistogramSample> histograms = {};

  size_t size() const { return values.size() + histograms.size(); }
  bool empty() const { return size() == 0; }
};

// A store's own handle for a series: who sends the same series again (scrapes, rules) keeps it, so
// that the store need not look at the labels.
struct SeriesRef {
  uint64_t id = 0;    // 0: none was given yet
  uint64_t hash = 0;  // of the labels, by the store's own measure
  bool known() const { return id != 0; }
  friend bool operator==(const SeriesRef&, const SeriesRef&) = default;
};

// One sample on its way into a store, of a series that its sender keeps: lent for the call. The
// labels may be empty where `ref` is known: then the store must know the series by it, or takes
// `ref` back to one that is not known, and the sample not.
struct LentSample {
  const Labels* labels = nullptr;
  SeriesRef* ref = nullptr;
  int64_t timestamp_ms = 0;
  double value = 0;
  int64_t start_ms = 0;  // when its counter began; 0: unknown
};

// The same with all that it needs.
struct SampleRow {
  Labels labels;
  int64_t timestamp_ms = 0;
  double value = 0;
  SeriesRef ref = {};
};

// HELP, TYPE and UNIT of a metric family.
struct Metadata {
  std::string type;  // counter, gauge, histogram, summary, unknown, info, stateset, gaugehistogram
  std::string help;
  std::string unit;
  friend bool operator==(const Metadata&, const Metadata&) = default;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_SAMPLE_H_
