#ifndef VEDETTE_MODEL_SAMPLE_LOG_H_
#define VEDETTE_MODEL_SAMPLE_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/wal.h"
#include "model/exemplar.h"
#include "model/labels.h"
#include "model/sample.h"

// What the metrics store offers to those that pass its samples on: everything it has accepted, in
// that order, read back from its log on disk.

namespace vedette::model {

struct SeriesSample {
  uint32_t series = 0;  // its number
  int64_t time_ms = 0;
  double value = 0;
  int64_t start_ms = 0;  // when its counter began; 0: unknown
};

struct SeriesHistogram {
  uint32_t series = 0;
  HistogramSample sample;
};

struct SeriesExemplar {
  Labels series;
  Exemplar exemplar;
};

// What one Append brought. A value; used again for the next record.
struct SampleRecord {
  base::WalPosition end;  // behind it
  // Numbers of series hold for one epoch: in another one they mean other series.
  uint64_t epoch = 0;
  // Series that get their numbers: from 0 on in each epoch, one after the other.
  std::vector<std::pair<uint32_t, Labels>> named;
  std::vector<SeriesSample> samples;
  std::vector<SeriesHistogram> histograms;
  std::vector<SeriesExemplar> exemplars;
  uint64_t lost = 0;  // samples whose series or value was lost with a damaged record
};

// One thread.
class SampleLogReader {
 public:
  virtual ~SampleLogReader() = default;
  using Visit = std::function<base::Status(const SampleRecord& record)>;
  // Visits what was appended since the last call, until `visit` fails: its error is the answer, and
  // the reader is of no more use. Another error when the log cannot be read now: the next call goes
  // on there, and after some of them behind what cannot be read.
  virtual base::Status ReadOn(const Visit& visit) = 0;
  // Segments that were wanted and are not there any more.
  virtual uint64_t missing_segments() const = 0;
  // Places of the log that could not be read: what they held was not visited.
  virtual uint64_t damaged_places() const = 0;
};

// Thread-safe. Implemented by the metrics store; Unavailable and the like while its log is
// replayed.
class SampleLog {
 public:
  virtual ~SampleLog() = default;
  // Behind what was appended last.
  virtual base::WalPosition LogEnd() const = 0;
  // Where what was appended since the store was opened begins. A position behind it that an earlier
  // process has noted is that of a record which a power cut has taken: what was appended instead
  // begins here.
  virtual base::WalPosition LogRunBegin() const = 0;
  // Reads from the beginning of the segment of `from`, so that all series are named: records up to
  // `from` itself are visited too. Where that is gone, from the first segment behind that is left.
  virtual std::unique_ptr<SampleLogReader> OpenLog(base::WalPosition from) const = 0;
  // The time of the newest sample that the store has taken; INT64_MIN: none.
  virtual int64_t NewestMs() const = 0;
  // Segments from this one on are kept, as long as there is room for them; none: nobody reads. What
  // was said last holds, also after a restart, until it is said anew.
  virtual void NeedLog(std::optional<uint64_t> segment) = 0;
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_SAMPLE_LOG_H_
