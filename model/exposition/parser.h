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
#include "model/exposition/reader.h"
#include "model/labels.h"

namespace vedette::model::exposition {

// Reads the text formats: Prometheus' and OpenMetrics, both versions of each (the later ones differ
// by names in quotes, which all take, as upstream). Errors are "line N, column M: WHAT, found X";
// columns count bytes from 1.
class Parser final : public Reader {
 public:
  Parser(std::string_view input, Format format, const ReaderOptions& options = {})
      : input_(input), format_(format), options_(options) {}

  base::StatusOr<EntryKind> Next() override;
  base::StatusOr<bool> NextIf(const KnownLine& known) override;
  base::Status ReadLabels(Labels* out) override;
  base::Status ReadExemplars(std::vector<Exemplar>* out) override;

  // The only exemplar that a line of text can have.
  bool has_exemplar() const { return has_exemplars(); }
  base::Status ReadExemplar(Exemplar* out);

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
  std::string_view TakeLine();
  std::string_view TakeNumber(bool* is_plain);
  bool TakeName(bool colons, std::string_view* name);
  bool TakeQuoted(bool allow_newline, std::string_view* text);

  base::StatusOr<EntryKind> NextText();
  base::StatusOr<EntryKind> NextOpenMetrics();
  base::StatusOr<EntryKind> ReadCommentLine();
  base::StatusOr<EntryKind> ReadMetadata(EntryKind kind);
  base::StatusOr<EntryKind> ReadEnd();
  base::Status ReadMetadataName(std::string_view keyword);
  base::Status CheckMetadata(EntryKind kind, const char* at);
  base::Status CheckType(const char* at);
  base::StatusOr<EntryKind> ReadSeries();
  base::Status ReadValue();
  void ReadSkippedLead();
  base::Status ReadSeriesName();
  base::Status ReadLabelPairs(bool exemplar);
  base::Status ReadLabelPair(bool exemplar, bool* done);
  base::Status ReadLabelValue(RawText name, std::vector<RawLabel>* labels);
  base::Status SetMetricName(std::string_view name);
  base::Status ReadTextValue();
  base::Status ReadOpenMetricsValue();
  base::Status ReadOpenMetricsExemplar();
  static int64_t SecondsToMs(double seconds);
  base::Status ReadFloat(std::string_view what, double* out);
  base::Status ReadOpenMetricsTime(std::string_view what, std::optional<int64_t>* out);
  base::Status BuildLabels(const std::vector<RawLabel>& raw, bool with_name, Labels* out);
  using LabelPairs = std::vector<std::pair<std::string_view, std::string_view>>;
  void AddMetadataLabels(LabelPairs* pairs) const;
  std::string_view Unescape(RawText text);
  const char* LastNamed(const std::vector<RawLabel>& raw, std::string_view name);

  // "x_created" lines (parser_created.cc).
  bool HasStarts() const;
  bool IsCreatedLine() const;
  std::string StartKey(std::string_view name) const;
  void FindStart();
  void ScanCreated();

  base::Status Error(std::string_view what) const;  // with what was found at pos_
  base::Status ErrorAt(std::string_view message, const char* at) const;  // the message alone
  base::Status ErrorHere(std::string_view message) const {
    return ErrorAt(message, input_.data() + pos_);
  }

  // A line that says when others' counters began, ahead of pos_.
  struct CreatedLine {
    size_t end = 0;   // where the line ends
    std::string key;  // StartKey of those it speaks of
    int64_t ms = 0;
  };

  const std::string_view input_;
  const Format format_;
  const ReaderOptions options_;
  size_t pos_ = 0;
  bool ended_ = false;
  size_t behind_series_ = 0;  // where the line of the last series ended
  std::string_view
      skipped_lead_;  // the newest that NextIf took unread, if no other line was read since

  RawText metric_name_;
  bool has_metric_name_ = false;
  std::vector<RawLabel> labels_;
  std::vector<RawLabel> exemplar_labels_;
  double exemplar_value_ = 0;
  std::optional<int64_t> exemplar_timestamp_ms_;

  std::string family_type_;  // of the last TYPE line: decides what is normalised
  std::string family_unit_;  // of the family that family_ names
  std::deque<std::string> unescaped_;

  std::deque<CreatedLine> created_;  // of the lines up to created_until_
  size_t created_until_ = 0;
  std::string start_key_;  // whose start was found last
  int64_t known_start_ms_ = 0;
};

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_PARSER_H_
