#ifndef VEDETTE_MODEL_EXPOSITION_PARSER_H_
#define VEDETTE_MODEL_EXPOSITION_PARSER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/exposition/format.h"
#include "model/labels.h"

namespace vedette::model::exposition {

enum class EntryKind { kEnd, kSeries, kHelp, kType, kUnit, kComment };

struct Exemplar {
  Labels labels;
  double value = 0;
  std::optional<int64_t> timestamp_ms;
};

// Reads an exposition entry by entry without copying it: what Next() found stands in the getters
// until the next call. Accepts and refuses what Prometheus 3 accepts and refuses. One thread; the
// input must outlive the parser.
//
// Errors are InvalidArgument, "line N: WHAT, found X"; after one the parser is spent.
class Parser {
 public:
  Parser(std::string_view input, Format format) : input_(input), format_(format) {}

  base::StatusOr<EntryKind> Next();

  // kSeries. The bytes of name and labels as written: a scrape's key for what it saw last time.
  std::string_view series() const { return series_; }
  double value() const { return value_; }
  // Milliseconds since the Unix epoch, in both formats.
  std::optional<int64_t> timestamp_ms() const { return timestamp_ms_; }
  bool has_exemplar() const { return exemplar_value_.has_value(); }
  // The label set with __name__. `le` of histograms and `quantile` of summaries are written as
  // OpenMetrics has floats ("1" -> "1.0"). Fails on a repeated name or a missing metric name.
  base::Status ReadLabels(Labels* out);
  base::Status ReadExemplar(Exemplar* out);

  // kHelp, kType, kUnit: the family, and the text, type or unit. Type "untyped" reads "unknown".
  const std::string& family() const { return family_; }
  const std::string& text() const { return text_; }
  // kComment: the line.
  std::string_view comment() const { return series_; }

 private:
  // A text between quotes or bare, as it stands in the input.
  struct RawText {
    std::string_view bytes;
    bool quoted = false;
  };
  struct RawLabel {
    RawText name;
    std::string_view value;
  };

  bool AtEnd() const { return pos_ == input_.size(); }
  char Peek() const { return input_[pos_]; }
  bool Take(std::string_view literal);
  void SkipBlanks();
  std::string_view TakeUntilAny(std::string_view stops);
  bool TakeName(bool colons, std::string_view* name);
  bool TakeQuoted(bool allow_newline, std::string_view* text);

  base::StatusOr<EntryKind> NextText();
  base::StatusOr<EntryKind> NextOpenMetrics();
  base::StatusOr<EntryKind> ReadCommentLine();
  base::StatusOr<EntryKind> ReadMetadata(EntryKind kind);
  base::StatusOr<EntryKind> ReadEnd();
  base::Status ReadMetadataName(std::string_view keyword);
  base::Status CheckMetadata(EntryKind kind);
  base::StatusOr<EntryKind> ReadSeries();
  base::Status ReadSeriesName();
  base::Status ReadLabelPairs(bool exemplar);
  base::Status ReadLabelPair(bool exemplar, bool* done);
  base::Status ReadLabelValue(RawText name, std::vector<RawLabel>* labels);
  base::Status SetMetricName(std::string_view name);
  base::Status ReadTextValue();
  base::Status ReadOpenMetricsValue();
  base::Status ReadOpenMetricsExemplar();
  base::Status ReadFloat(std::string_view what, double* out);
  base::Status ReadOpenMetricsTime(std::string_view what, std::optional<int64_t>* out);
  base::Status BuildLabels(const std::vector<RawLabel>& raw, bool with_name, Labels* out);
  std::string_view Unescape(RawText text);

  base::Status Error(std::string_view what) const;       // with what was found at pos_
  base::Status ErrorAt(std::string_view message) const;  // the message alone

  const std::string_view input_;
  const Format format_;
  size_t pos_ = 0;
  size_t entry_start_ = 0;
  bool ended_ = false;

  std::string_view series_;
  RawText metric_name_;
  bool has_metric_name_ = false;
  std::vector<RawLabel> labels_;
  double value_ = 0;
  std::optional<int64_t> timestamp_ms_;
  std::vector<RawLabel> exemplar_labels_;
  std::optional<double> exemplar_value_;
  std::optional<int64_t> exemplar_timestamp_ms_;

  std::string family_;
  std::string text_;
  std::string family_type_;  // of the last TYPE line: decides what is normalised
  std::deque<std::string> unescaped_;
};

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_PARSER_H_
