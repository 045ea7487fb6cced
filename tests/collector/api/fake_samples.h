#ifndef VEDETTE_TESTS_COLLECTOR_API_FAKE_SAMPLES_H_
#define VEDETTE_TESTS_COLLECTOR_API_FAKE_SAMPLES_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/sample.h"
#include "model/sinks.h"
#include "model/wire_batch.h"

namespace vedette::test {

// Keeps the samples of the request that came last, and answers as it is told.
class FakeSamples final : public model::WireSink {
 public:
  base::StatusOr<model::AppendStats> Append(const model::WireBatch& batch) override {
    if (!append_error_.ok()) return append_error_;
    rows_.clear();
    histograms_ = batch.histogram_count();
    model::AppendStats stats = stats_;
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto labels = batch.LabelsOf(i);
      if (!labels.ok()) {
        ++stats.invalid;
        stats.first_error = std::string(base::Message(labels.status()));
        continue;
      }
      for (const model::WireSample& sample : batch.Samples(i)) {
        rows_.push_back({*labels, sample.time_ms, sample.value});
      }
    }
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override {
    if (hold_) {
      held_ = std::move(done);
    } else {
      done(durable_);
    }
  }
  std::vector<model::SampleRow> rows_;
  size_t histograms_ = 0;
  model::AppendStats stats_;
  base::Status append_error_, durable_;
  bool hold_ = false;
  std::function<void(const base::Status&)> held_;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_COLLECTOR_API_FAKE_SAMPLES_H_
