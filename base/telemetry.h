#ifndef VEDETTE_BASE_TELEMETRY_H_
#define VEDETTE_BASE_TELEMETRY_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"

// Our own vedette_* metrics: made once by the part that counts, read at each scrape of /metrics.

namespace vedette::base {

// A number that only grows. Lock-free, thread-safe.
class Counter {
 public:
  void Add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// A number that moves. Lock-free, thread-safe.
class Gauge {
 public:
  void Set(double v) { value_.store(v, std::memory_order_relaxed); }
  double Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

enum class MetricType { kCounter, kGauge };

// Holds what was registered and hands out the current values. Thread-safe. Owned by main; outlives
// the parts that registered. The same name and labels twice gives the same object.
class Telemetry {
 public:
  using LabelPairs = std::vector<std::pair<std::string, std::string>>;

  struct Point {
    LabelPairs labels;
    double value;
  };
  struct Family {
    std::string name;
    std::string help;
    MetricType type;
    std::vector<Point> points;
  };

  // `name` ends in _total for counters. The pointer lives as long as the Telemetry.
  Counter* NewCounter(const std::string& name, const std::string& help, LabelPairs labels = {});
  Gauge* NewGauge(const std::string& name, const std::string& help, LabelPairs labels = {});
  // `read` is called at each Collect, from any thread; it must stay callable till the end.
  void NewCallback(const std::string& name, const std::string& help, MetricType type,
                   LabelPairs labels, std::function<double()> read);

  // Families sorted by name.
  std::vector<Family> Collect() const VEDETTE_EXCLUDES(mutex_);

 private:
  struct Entry {
    std::string name;
    std::string help;
    MetricType type;
    LabelPairs labels;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::function<double()> read;
  };
  Entry* FindOrAdd(const std::string& name, const std::string& help, MetricType type,
                   LabelPairs labels) VEDETTE_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::vector<std::unique_ptr<Entry>> entries_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_TELEMETRY_H_
