#ifndef VEDETTE_TESTS_COLLECTOR_REMOTE_SAMPLE_LOG_STAND_IN_H_
#define VEDETTE_TESTS_COLLECTOR_REMOTE_SAMPLE_LOG_STAND_IN_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "model/sample_log.h"

namespace vedette::remote {

// A log in memory: one segment, each record named whole. Thread-safe.
class SampleLogStandIn final : public model::SampleLog {
 public:
  // Each sample's series is its place in `series`, named with the first record that has it.
  void Append(const std::vector<model::Labels>& series, std::vector<model::SeriesSample> samples,
              std::vector<model::SeriesHistogram> histograms = {},
              std::vector<model::SeriesExemplar> exemplars = {}) {
    base::MutexLock lock(mutex_);
    model::SampleRecord record;
    record.epoch = 1;
    record.end = {1, records_.empty() ? 100 : records_.back().end.offset + 100};
    for (; named_ < series.size(); ++named_) {
      record.named.emplace_back(static_cast<uint32_t>(named_), series[named_]);
    }
    record.samples = std::move(samples);
    record.histograms = std::move(histograms);
    record.exemplars = std::move(exemplars);
    records_.push_back(std::move(record));
  }

  base::WalPosition LogEnd() const override {
    base::MutexLock lock(mutex_);
    return records_.empty() ? base::WalPosition{1, 0} : records_.back().end;
  }
  base::WalPosition LogRunBegin() const override { return {1, UINT64_MAX}; }
  std::unique_ptr<model::SampleLogReader> OpenLog(base::WalPosition) const override {
    return std::make_unique<Reader>(this);
  }
  int64_t NewestMs() const override {
    base::MutexLock lock(mutex_);
    return records_.empty() ? INT64_MIN : records_.back().samples.back().time_ms;
  }
  void NeedLog(std::optional<uint64_t> segment) override {
    base::MutexLock lock(mutex_);
    needed_ = segment;
  }
  std::optional<uint64_t> needed() const {
    base::MutexLock lock(mutex_);
    return needed_;
  }
  // Records that readers were given.
  size_t read() const {
    base::MutexLock lock(mutex_);
    return read_;
  }

 private:
  class Reader final : public model::SampleLogReader {
   public:
    explicit Reader(const SampleLogStandIn* log) : log_(log) {}
    base::Status ReadOn(const Visit& visit) override {
      while (true) {
        model::SampleRecord record;
        {
          base::MutexLock lock(log_->mutex_);
          if (next_ >= log_->records_.size()) return {};
          record = log_->records_[next_++];
          ++log_->read_;
        }
        VEDETTE_RETURN_IF_ERROR(visit(record));
      }
    }
    uint64_t missing_segments() const override { return 0; }
    uint64_t damaged_places() const override { return 0; }

   private:
    const SampleLogStandIn* const log_;
    size_t next_ = 0;
  };

  mutable base::Mutex mutex_;
  std::vector<model::SampleRecord> records_ VEDETTE_GUARDED_BY(mutex_);
  size_t named_ VEDETTE_GUARDED_BY(mutex_) = 0;
  mutable size_t read_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::optional<uint64_t> needed_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::remote

#endif  // VEDETTE_TESTS_COLLECTOR_REMOTE_SAMPLE_LOG_STAND_IN_H_
