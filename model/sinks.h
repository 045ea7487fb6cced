#ifndef VEDETTE_MODEL_SINKS_H_
#define VEDETTE_MODEL_SINKS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/status.h"
#include "model/log_entry.h"
#include "model/sample.h"

// What the stores offer to those that fill them: scraping, remote write, rules, the push API.

namespace vedette::model {

class WireBatch;

// What became of a batch of samples. Rows are judged one by one: a bad one harms itself only.
struct AppendStats {
  uint64_t accepted = 0;      // duplicates of the same value included
  uint64_t out_of_order = 0;  // older than the window of its series or the retention
  uint64_t invalid = 0;       // without labels, labels too large, time too far ahead or impossible
  uint64_t duplicate = 0;     // same series and time, another value
  uint64_t refused = 0;       // over the series or memory cap: may be accepted later
  uint64_t histograms = 0;    // of the accepted: native histograms
  uint64_t exemplars = 0;     // accepted; not among the samples
  uint64_t exemplars_dropped = 0;  // invalid, older than their series' newest, or the same again
  std::string first_error;         // names the series; empty when all were accepted

  // Rows that will never be accepted, however often they are sent.
  uint64_t never() const { return out_of_order + invalid + duplicate; }
  uint64_t rejected() const { return never() + refused; }
};

// Takes samples. Thread-safe. Implemented by the metrics store.
class SampleSink {
 public:
  virtual ~SampleSink() = default;
  // In the write-ahead log when it returns (a SIGKILL loses nothing), on disk within 1 s. Fills
  // the `ref`s, and empties those of samples that have no labels and whose series is gone: neither
  // taken nor counted, they are to be sent with their labels. Unavailable when the disk is full or
  // failed: then nothing was taken.
  virtual base::StatusOr<AppendStats> Append(std::span<const LentSample> samples) = 0;
  // The same for rows that own what they say.
  base::StatusOr<AppendStats> AppendRows(std::span<SampleRow> rows);
  // `done` runs when everything appended before the call is fsynced, or with the error.
  virtual void OnDurable(std::function<void(const base::Status&)> done) = 0;
};

// Takes remote write requests as they came. Thread-safe. Implemented by the metrics store.
class WireSink {
 public:
  virtual ~WireSink() = default;
  // As SampleSink::Append. Series are judged one by one: the samples and histograms of one whose
  // labels are bad are `invalid`.
  virtual base::StatusOr<AppendStats> Append(const WireBatch& batch) = 0;
  virtual void OnDurable(std::function<void(const base::Status&)> done) = 0;
};

// Takes log lines. Thread-safe. Implemented by the log store.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // `done` runs when the entries and their source marks are fsynced (OK: answer 204), or with the
  // reason nothing was stored. Entries at or below a source's mark are skipped one by one.
  virtual void Push(LogPush push, std::function<void(const base::Status&)> done) = 0;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_SINKS_H_
