#ifndef VEDETTE_MODEL_EXPOSITION_READER_H_
#define VEDETTE_MODEL_EXPOSITION_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/exposition/format.h"
#include "model/histogram.h"
#include "model/labels.h"

namespace vedette::model::exposition {

// kGathered: a line that says nothing by itself and went into a histogram to come. It is an entry
// nevertheless, so that whoever reads a page is back in charge after each line.
enum class EntryKind { kEnd, kSeries, kHistogram, kHelp, kType, kUnit, kComment, kGathered };

// What stood at a place of a page before.
struct KnownLine {
  size_t lead_size = 0;  // of lead(), the comments right before it, in bytes
  uint64_t lead_hash = 0;
  size_t size = 0;  // of series(), in bytes; 0: nothing is known
  uint64_t hash = 0;

  friend bool operator==(const KnownLine&, const KnownLine&) = default;
  static uint64_t HashOf(std::string_view text);
  static KnownLine Of(std::string_view lead, std::string_view series) {
    return {lead.size(), lead.empty() ? 0 : HashOf(lead), series.size(), HashOf(series)};
  }
};

struct Exemplar {
  Labels labels;
  double value = 0;
  std::optional<int64_t> timestamp_ms;
};

// How a page is read. The defaults are Prometheus' own, but for native histograms, which it has to
// be told to take.
struct ReaderOptions {
  // Protobuf: false leaves the native side of histograms aside, as if there were none.
  bool native_histograms = true;
  // The classic series too, where a native or a converted histogram is read.
  bool keep_classic = false;
  // Classic histograms become native ones of custom buckets (NHCB).
  bool convert_classic = false;
  // OpenMetrics: "x_created" lines are no series but start_ms() of those they belong to.
  bool fold_created = false;
  // The family's type and unit become the labels __type__ and __unit__.
  bool type_and_unit_labels = false;
};

// Reads a page entry by entry: what Next() found stands in the getters until the next call.
// Accepts and refuses what Prometheus 3 accepts and refuses. One thread; the input must outlive
// the reader, which copies none of it.
//
// Errors are InvalidArgument and say where: line and column of a text, family and field of a
// protobuf page. After one the reader is spent, unless it is ReadExemplars': that says what is
// wrong, in a text not where, and the reader goes on.
class Reader {
 public:
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  virtual base::StatusOr<EntryKind> Next() = 0;
  // Takes the next entries if they are what is known, a lead() and what series() once was, and
  // reads the value alone: what a page says again and again costs a comparison. Where Next() has
  // read comments since the last series, the series alone is compared. Of an entry so taken the
  // labels cannot be asked. False: Next() it is, nothing was taken.
  virtual base::StatusOr<bool> NextIf(const KnownLine& known);

  // kSeries, kHistogram. Bytes that say which series it is: of a text its name and labels as
  // written. A scrape's key for what it saw last time.
  std::string_view series() const { return sample_.series; }
  // kSeries of a text: the comments between it and the series before, as they stand there.
  std::string_view lead() const { return lead_; }
  double value() const { return sample_.value; }             // kSeries
  const Histogram& histogram() const { return histogram_; }  // kHistogram; not validated
  // Milliseconds since the Unix epoch, in every format.
  std::optional<int64_t> timestamp_ms() const { return sample_.timestamp_ms; }
  // When the counter began; 0: unknown.
  int64_t start_ms() const { return sample_.start_ms; }
  bool has_exemplars() const { return sample_.has_exemplars; }
  // The label set with __name__. `le` of histograms and `quantile` of summaries are written as
  // OpenMetrics has floats ("1" -> "1.0"). Fails on a repeated name or a missing metric name.
  virtual base::Status ReadLabels(Labels* out) = 0;
  // Names that ReadLabels found with an empty value, which no label set can tell: a label of that
  // name is said not to be, whoever would add one.
  const std::vector<std::string>& empty_labels() const { return empty_labels_; }
  // Appends the entry's exemplars, up to the first that is wrong.
  virtual base::Status ReadExemplars(std::vector<Exemplar>* out) = 0;

  // kHelp, kType, kUnit: the family, and the text, type or unit. Type "untyped" reads "unknown".
  const std::string& family() const { return family_; }
  const std::string& text() const { return text_; }
  // kComment: the line.
  std::string_view comment() const { return sample_.series; }

 protected:
  struct Sample {
    std::string_view series;
    double value = 0;
    std::optional<int64_t> timestamp_ms;
    int64_t start_ms = 0;
    bool has_exemplars = false;
  };

  Reader() = default;

  Sample sample_;
  std::string_view lead_;
  Histogram histogram_;
  std::string family_;
  std::string text_;
  std::vector<std::string> empty_labels_;
};

// The reader of a page in `format`.
std::unique_ptr<Reader> NewReader(std::string_view input, Format format,
                                  const ReaderOptions& options = {});

// A float as OpenMetrics writes it: always with a point or an exponent.
std::string OpenMetricsFloat(double v);

// Becomes the label set of `pairs`, which it sorts; the name of one that comes twice, or nothing.
// `empty`: becomes the names without a value; may be null.
std::optional<std::string_view> BuildUnique(
    std::vector<std::pair<std::string_view, std::string_view>>* pairs, Labels* out,
    std::vector<std::string>* empty = nullptr);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_READER_H_
