#include "model/exposition/parser.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "base/number_text.h"
#include "base/strings.h"
#include "model/exposition/escape.h"
#include "model/sample.h"

namespace vedette::model::exposition {
namespace {

constexpr std::array<std::string_view, 5> kTextTypes = {"counter", "gauge", "histogram", "summary",
                                                        "untyped"};
constexpr std::array<std::string_view, 8> kOpenMetricsTypes = {
    "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"};
constexpr std::string_view kTextTypesAllowed = "counter, gauge, histogram, summary, untyped";
constexpr std::string_view kOpenMetricsTypesAllowed =
    "counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown";

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

constexpr bool IsNameStart(char c, bool colons) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
}

// What a character can be, as bits: one look a character.
constexpr uint8_t kLabelNameChar = 1;
constexpr uint8_t kMetricNameChar = 2;
constexpr uint8_t kEndsTextNumber = 4;
constexpr uint8_t kEndsOpenMetricsNumber = 8;
constexpr uint8_t kGoNumber = 16;   // in Go's numbers and in none here: hexadecimal, underscores
constexpr uint8_t kEndsPlain = 32;  // of a text in quotes: its end, an escape, a newline

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (size_t i = 0; i < classes.size(); ++i) {
    const char c = static_cast<char>(i);
    const auto is_any = [c](std::string_view of) { return of.find(c) != of.npos; };
    const bool is_label = IsNameStart(c, false) || (c >= '0' && c <= '9');
    classes[i] = static_cast<uint8_t>(
        (is_label ? kLabelNameChar : 0) | (is_label || c == ':' ? kMetricNameChar : 0) |
        (is_any("{ \t\n") ? kEndsTextNumber : 0) | (is_any(" \n") ? kEndsOpenMetricsNumber : 0) |
        (is_any("xXpP_") ? kGoNumber : 0) | (is_any("\"\\\n") ? kEndsPlain : 0));
  }
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

uint8_t ClassOf(char c) { return kClasses[static_cast<uint8_t>(c)]; }

template <size_t N>
bool Contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

base::StatusOr<EntryKind> Parser::Next() {
  if (ended_) return EntryKind::kEnd;
  if (!skipped_lead_.empty()) ReadSkippedLead();
  if (format_ == Format::kText) return NextText();
  if (!options_.fold_created) return NextOpenMetrics();
  for (;;) {
    VEDETTE_ASSIGN_OR_RETURN(const EntryKind kind, NextOpenMetrics());
    if (kind != EntryKind::kSeries) return kind;
    if (IsCreatedLine()) continue;
    FindStart();
    return kind;
  }
}

bool Parser::Take(std::string_view literal) {
  if (input_.substr(pos_, literal.size()) != literal) return false;
  pos_ += literal.size();
  return true;
}

void Parser::SkipBlanks() {
  while (!AtEnd() && IsBlank(Peek())) ++pos_;
}

// Up to the end of the line.
std::string_view Parser::TakeLine() {
  const size_t start = pos_;
  pos_ = std::min(input_.find('\n', pos_), input_.size());
  return input_.substr(start, pos_ - start);
}

// Up to what ends a number; `is_plain` if no character is one that Go's numbers alone have.
std::string_view Parser::TakeNumber(bool* is_plain) {
  const uint8_t end = format_ == Format::kText ? kEndsTextNumber : kEndsOpenMetricsNumber;
  const size_t start = pos_;
  uint8_t seen = 0;
  for (; !AtEnd(); ++pos_) {
    const uint8_t what = ClassOf(Peek());
    if ((what & end) != 0) break;
    seen |= what;
  }
  *is_plain = (seen & kGoNumber) == 0;
  return input_.substr(start, pos_ - start);
}

bool Parser::TakeName(bool colons, std::string_view* name) {
  if (AtEnd() || !IsNameStart(Peek(), colons)) return false;
  const uint8_t wanted = colons ? kMetricNameChar : kLabelNameChar;
  const size_t start = pos_;
  while (!AtEnd() && (ClassOf(Peek()) & wanted) != 0) ++pos_;
  *name = input_.substr(start, pos_ - start);
  return true;
}

// Reads "..." and leaves the position behind it; the text keeps its escapes.
bool Parser::TakeQuoted(bool allow_newline, std::string_view* text) {
  if (AtEnd() || Peek() != '"') return false;
  const size_t start = pos_ + 1;
  for (size_t i = start; i < input_.size(); ++i) {
    const char c = input_[i];
    if ((ClassOf(c) & kEndsPlain) == 0) continue;
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      *text = input_.substr(start, i - start);
      pos_ = i + 1;
      return true;
    } else if (c == '\n' && !allow_newline) {
      return false;
    }
  }
  return false;
}

base::StatusOr<EntryKind> Parser::NextText() {
  for (;;) {
    SkipBlanks();
    if (AtEnd()) {
      ended_ = true;
      return EntryKind::kEnd;
    }
    if (!Take("\n")) break;
  }
  return Peek() == '#' ? ReadCommentLine() : ReadSeries();
}

base::StatusOr<EntryKind> Parser::ReadCommentLine() {
  const size_t start = pos_++;
  const size_t blanks = pos_;
  SkipBlanks();
  if (pos_ > blanks) {
    const size_t keyword = pos_;
    for (const auto& [word, kind] :
         {std::pair<std::string_view, EntryKind>{"HELP", EntryKind::kHelp},
          {"TYPE", EntryKind::kType}}) {
      if (Take(word) && !AtEnd() && IsBlank(Peek())) {
        SkipBlanks();
        return ReadMetadata(kind);
      }
      pos_ = keyword;
    }
  }
  TakeLine();
  sample_.series = input_.substr(start, pos_ - start);
  return EntryKind::kComment;
}

base::StatusOr<EntryKind> Parser::NextOpenMetrics() {
  if (AtEnd()) return ErrorHere("data does not end with # EOF");
  if (Take("# EOF")) return ReadEnd();
  if (Take("# HELP ")) return ReadMetadata(EntryKind::kHelp);
  if (Take("# TYPE ")) return ReadMetadata(EntryKind::kType);
  if (Take("# UNIT ")) return ReadMetadata(EntryKind::kUnit);
  if (Peek() == '#') return Error("expected # HELP, # TYPE, # UNIT or # EOF");
  return ReadSeries();
}

base::StatusOr<EntryKind> Parser::ReadEnd() {
  Take("\n");
  if (!AtEnd()) return ErrorHere("unexpected data after # EOF");
  ended_ = true;
  return EntryKind::kEnd;
}

base::StatusOr<EntryKind> Parser::ReadMetadata(EntryKind kind) {
  const std::string_view keyword = kind == EntryKind::kHelp   ? "HELP"
                                   : kind == EntryKind::kType ? "TYPE"
                                                              : "UNIT";
  VEDETTE_RETURN_IF_ERROR(ReadMetadataName(keyword));
  std::string_view text = TakeLine();
  if (format_ == Format::kOpenMetrics) {
    if (text.empty() || text.front() != ' ' || AtEnd()) {
      return ErrorAt(base::Concat({"expected text in ", keyword}), text.data());
    }
    ++pos_;
  }
  if (!text.empty()) text.remove_prefix(1);
  text_ = kind == EntryKind::kHelp ? UnescapeText(text, format_ == Format::kOpenMetrics)
                                   : std::string(text);
  VEDETTE_RETURN_IF_ERROR(CheckMetadata(kind, text.data()));
  return kind;
}

base::Status Parser::ReadMetadataName(std::string_view keyword) {
  std::string_view name;
  std::string family;
  if (TakeName(true, &name)) {
    family = name;
  } else if (TakeQuoted(false, &name)) {
    family = UnescapeText(name, true);
    if (!base::IsValidUtf8(family)) {
      return ErrorAt("metric name is not valid UTF-8", name.data());
    }
  } else {
    return Error(base::Concat({"expected metric name after ", keyword}));
  }
  if (family == family_) return {};
  family_ = std::move(family);
  family_unit_.clear();
  return {};
}

base::Status Parser::CheckMetadata(EntryKind kind, const char* at) {
  if (kind == EntryKind::kHelp) {
    if (base::IsValidUtf8(text_)) return {};
    return ErrorAt(base::Concat({"help text ", base::GoQuote(text_), " is not valid UTF-8"}), at);
  }
  if (kind == EntryKind::kType) return CheckType(at);
  if (text_.empty() || base::EndsWith(family_, "_" + text_)) {
    family_unit_ = text_;
    return {};
  }
  return ErrorAt(base::Concat({"unit ", base::GoQuote(text_), " is not a suffix of metric ",
                               base::GoQuote(family_)}),
                 at);
}

base::Status Parser::CheckType(const char* at) {
  const bool is_text = format_ == Format::kText;
  if (!(is_text ? Contains(kTextTypes, text_) : Contains(kOpenMetricsTypes, text_))) {
    return ErrorAt(base::Concat({"invalid metric type ", base::GoQuote(text_), "; allowed: ",
                                 is_text ? kTextTypesAllowed : kOpenMetricsTypesAllowed}),
                   at);
  }
  if (text_ == "untyped") text_ = "unknown";
  family_type_ = text_;
  return {};
}

base::StatusOr<EntryKind> Parser::ReadSeries() {
  has_metric_name_ = false;
  labels_.clear();
  sample_ = Sample();
  const size_t start = pos_;
  VEDETTE_RETURN_IF_ERROR(ReadSeriesName());
  sample_.series = input_.substr(start, pos_ - start);
  lead_ = input_.substr(behind_series_, start - behind_series_);
  if (!has_metric_name_ || metric_name_.bytes.empty()) {
    return ErrorAt("metric name not set", sample_.series.data());
  }
  VEDETTE_RETURN_IF_ERROR(ReadValue());
  behind_series_ = pos_;
  return EntryKind::kSeries;
}

base::Status Parser::ReadValue() {
  return format_ == Format::kText ? ReadTextValue() : ReadOpenMetricsValue();
}

// The same bytes before the same kind of end read the same way. A name alone may be followed by
// blanks and its labels.
base::StatusOr<bool> Parser::NextIf(const KnownLine& known) {
  if (ended_ || options_.fold_created || known.size == 0) return false;
  const size_t begin = pos_;
  size_t start = pos_;
  if (pos_ != behind_series_) {
    // Behind a comment; a text may have empty lines there, OpenMetrics none.
    while (format_ == Format::kText && start < input_.size() && input_[start] == '\n') ++start;
  } else {
    start += known.lead_size;
  }
  size_t behind = start + known.size;
  if (behind >= input_.size() || input_[behind] != ' ') return false;
  const std::string_view series = input_.substr(start, known.size);
  if (KnownLine::HashOf(series) != known.hash) return false;
  const std::string_view lead = input_.substr(begin, start - begin);
  const bool has_lead = begin == behind_series_ && !lead.empty();
  if (has_lead && KnownLine::HashOf(lead) != known.lead_hash) return false;
  while (behind < input_.size() && IsBlank(input_[behind])) ++behind;
  if (series.back() != '}' && behind < input_.size() && input_[behind] == '{') return false;
  // What follows depends on the newest type, which another comment does not end.
  if (has_lead && (skipped_lead_.empty() || lead.find("TYPE") != lead.npos)) skipped_lead_ = lead;
  sample_ = Sample();
  sample_.series = series;
  lead_ = input_.substr(behind_series_, start - behind_series_);
  pos_ = start + known.size;
  VEDETTE_RETURN_IF_ERROR(ReadValue());
  behind_series_ = pos_;
  return true;
}

// What is read next may depend on the family that it spoke of. It was read once without an error.
void Parser::ReadSkippedLead() {
  const size_t back = pos_;
  const size_t end =
      static_cast<size_t>(skipped_lead_.data() - input_.data()) + skipped_lead_.size();
  pos_ = end - skipped_lead_.size();
  skipped_lead_ = {};
  for (;;) {
    while (pos_ < end && (IsBlank(Peek()) || Peek() == '\n')) ++pos_;
    if (pos_ >= end) break;
    (format_ == Format::kText ? ReadCommentLine() : NextOpenMetrics()).status().IgnoreError();
  }
  pos_ = back;
}

// Name and labels; the position ends right behind them.
base::Status Parser::ReadSeriesName() {
  std::string_view name;
  if (TakeName(true, &name)) {
    metric_name_ = {name, false};
    has_metric_name_ = true;
    const size_t end = pos_;
    if (format_ == Format::kText) SkipBlanks();
    if (!AtEnd() && Peek() == '{') {
      ++pos_;
      return ReadLabelPairs(false);
    }
    pos_ = end;
    return {};
  }
  if (!Take("{")) return Error("expected a metric name");
  return ReadLabelPairs(false);
}

base::Status Parser::ReadLabelPairs(bool exemplar) {
  for (bool done = false; !done;) VEDETTE_RETURN_IF_ERROR(ReadLabelPair(exemplar, &done));
  return {};
}

// Reads one of: `}`, `"metric.name"`, `name="value"`, with the comma behind it.
base::Status Parser::ReadLabelPair(bool exemplar, bool* done) {
  const bool text_format = format_ == Format::kText;
  if (text_format) SkipBlanks();
  if (Take("}")) {
    *done = true;
    return {};
  }
  RawText name;
  if (!TakeName(false, &name.bytes)) {
    name.quoted = true;
    if (!TakeQuoted(false, &name.bytes)) return Error("expected label name");
    if (!base::IsValidUtf8(name.bytes)) {
      return ErrorAt("label name is not valid UTF-8", name.bytes.data());
    }
  }
  if (text_format) SkipBlanks();
  const bool is_metric_name =
      name.quoted && !exemplar && !AtEnd() && (Peek() == ',' || Peek() == '}');
  if (is_metric_name) {
    VEDETTE_RETURN_IF_ERROR(SetMetricName(name.bytes));
  } else {
    VEDETTE_RETURN_IF_ERROR(ReadLabelValue(name, exemplar ? &exemplar_labels_ : &labels_));
  }
  if (text_format) SkipBlanks();
  if (Take(",") || text_format) return {};
  // Text allows {a="b" c="d"}, OpenMetrics does not.
  if (!AtEnd() && Peek() == '}') return {};
  return Error("expected comma or closing brace");
}

base::Status Parser::ReadLabelValue(RawText name, std::vector<RawLabel>* labels) {
  if (!Take("=")) return Error("expected equal");
  if (format_ == Format::kText) SkipBlanks();
  RawLabel label{name, {}};
  if (!TakeQuoted(format_ == Format::kText, &label.value)) return Error("expected label value");
  if (!base::IsValidUtf8(label.value)) {
    return ErrorAt(base::Concat({"invalid UTF-8 label value: ", base::GoQuote(label.value)}),
                   label.value.data());
  }
  labels->push_back(label);
  return {};
}

base::Status Parser::SetMetricName(std::string_view name) {
  if (has_metric_name_) return ErrorAt("metric name already set", name.data());
  metric_name_ = {name, true};
  has_metric_name_ = true;
  return {};
}

base::Status Parser::ReadFloat(std::string_view what, double* out) {
  const size_t start = pos_;
  bool is_plain = true;
  const std::string_view token = TakeNumber(&is_plain);
  if (token.empty()) return Error(base::Concat({"expected ", what}));
  const auto value = base::ParseDouble(token);
  if (!value || !is_plain) {
    pos_ = start;
    return ErrorHere(base::Concat({what, ": ", base::GoQuote(token), " is not a number"}));
  }
  *out = std::isnan(*value) ? std::bit_cast<double>(kNormalNanBits) : *value;
  return {};
}

base::Status Parser::ReadTextValue() {
  SkipBlanks();
  VEDETTE_RETURN_IF_ERROR(ReadFloat("value after metric", &sample_.value));
  SkipBlanks();
  if (!AtEnd() && Peek() != '\n') {
    const size_t start = pos_;
    Take("-");
    while (!AtEnd() && Peek() >= '0' && Peek() <= '9') ++pos_;
    const auto ms = base::ParseInt(input_.substr(start, pos_ - start));
    if (!ms) return Error("expected a timestamp in milliseconds or the end of the line");
    sample_.timestamp_ms = *ms;
    SkipBlanks();
  }
  if (!AtEnd() && !Take("\n")) return Error("expected the end of the line after the timestamp");
  return {};
}

base::Status Parser::ReadOpenMetricsValue() {
  if (!Take(" ")) return Error("expected a space and the value after metric");
  VEDETTE_RETURN_IF_ERROR(ReadFloat("value after metric", &sample_.value));
  if (Take(" # {")) return ReadOpenMetricsExemplar();
  if (Take(" ")) VEDETTE_RETURN_IF_ERROR(ReadOpenMetricsTime("timestamp", &sample_.timestamp_ms));
  if (Take(" # {")) return ReadOpenMetricsExemplar();
  if (AtEnd()) return ErrorHere("data does not end with # EOF");
  if (!Take("\n")) return Error("expected the end of the line after the timestamp");
  return {};
}

base::Status Parser::ReadOpenMetricsExemplar() {
  exemplar_labels_.clear();
  exemplar_timestamp_ms_.reset();
  VEDETTE_RETURN_IF_ERROR(ReadLabelPairs(true));
  if (!Take(" ")) return Error("expected a space and the value after exemplar labels");
  VEDETTE_RETURN_IF_ERROR(ReadFloat("value after exemplar labels", &exemplar_value_));
  sample_.has_exemplars = true;
  if (Take(" ")) {
    VEDETTE_RETURN_IF_ERROR(ReadOpenMetricsTime("exemplar timestamp", &exemplar_timestamp_ms_));
  }
  if (AtEnd()) return ErrorHere("data does not end with # EOF");
  if (!Take("\n")) return Error("expected the end of the line after the exemplar");
  return {};
}

// Cut at the ends of int64_t.
int64_t Parser::SecondsToMs(double seconds) {
  constexpr double kLimit = 9223372036854775807.0;
  const double ms = seconds * 1000;
  if (std::isnan(ms)) return 0;
  if (ms >= kLimit) return std::numeric_limits<int64_t>::max();
  if (ms <= -kLimit) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(ms);
}

base::Status Parser::ReadOpenMetricsTime(std::string_view what, std::optional<int64_t>* out) {
  double seconds = 0;
  const char* const at = input_.data() + pos_;
  VEDETTE_RETURN_IF_ERROR(ReadFloat(what, &seconds));
  if (!std::isfinite(seconds)) {
    std::string text;
    base::AppendFloatG(seconds, &text);
    return ErrorAt(base::Concat({"invalid ", what, " ", text}), at);
  }
  *out = SecondsToMs(seconds);
  return {};
}

base::Status Parser::ErrorAt(std::string_view message, const char* at) const {
  const std::string_view before = input_.substr(0, static_cast<size_t>(at - input_.data()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return base::InvalidArgument(
      base::Concat({"line ", std::to_string(line), ", column ",
                    std::to_string(before.size() - line_start + 1), ": ", message}));
}

base::Status Parser::Error(std::string_view what) const {
  if (AtEnd()) return ErrorHere(base::Concat({what, ", found the end of the data"}));
  if (Peek() == '\n') return ErrorHere(base::Concat({what, ", found the end of the line"}));
  constexpr size_t kShown = 20;
  std::string_view found = input_.substr(pos_, kShown);
  found = found.substr(0, found.find('\n'));
  return ErrorHere(base::Concat({what, ", found ", base::GoQuote(found)}));
}

}  // namespace vedette::model::exposition
