#include "tests/conformance/series_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "collector/promql/lexer.h"
#include "collector/promql/series_description.h"
#include "model/sample.h"

namespace vedette::test {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Where the label part of a line ends: the first blank outside braces and quotes.
size_t EndOfLabels(std::string_view line) {
  char quote = '\0';
  int braces = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == '\\' && quote != '`')
        ++i;
      else if (c == quote)
        quote = '\0';
      continue;
    }
    if (c == '"' || c == '\'' || c == '`') quote = c;
    if (c == '{') ++braces;
    if (c == '}') --braces;
    if (braces == 0 && (c == ' ' || c == '\t')) return i;
  }
  return line.size();
}

base::StatusOr<model::Labels> ParseLabels(std::string_view text) {
  model::LabelsBuilder labels;
  const size_t brace = text.find('{');
  const std::string_view name = base::Trim(text.substr(0, brace));
  if (!name.empty()) labels.Set(model::kMetricName, name);
  if (brace == std::string_view::npos) return labels.Build();
  promql::Lexer lexer(text.substr(brace));
  promql::Token token = lexer.Next();
  for (token = lexer.Next(); token.kind != promql::TokenKind::kRightBrace;) {
    if (token.kind == promql::TokenKind::kComma) {
      token = lexer.Next();
      continue;
    }
    if (token.kind != promql::TokenKind::kIdentifier && token.kind != promql::TokenKind::kString) {
      return base::InvalidArgument("bad label in " + std::string(text));
    }
    const bool quoted = token.kind == promql::TokenKind::kString;
    const std::string key = quoted ? promql::Unquote(token.text) : std::string(token.text);
    token = lexer.Next();
    if (token.kind != promql::TokenKind::kAssign) {
      labels.Set(model::kMetricName, key);
      continue;
    }
    token = lexer.Next();
    if (token.kind != promql::TokenKind::kString) {
      return base::InvalidArgument("bad label value in " + std::string(text));
    }
    labels.Set(key, promql::Unquote(token.text));
    token = lexer.Next();
  }
  return labels.Build();
}

// Reads the items of a line from left to right.
class ItemReader {
 public:
  explicit ItemReader(std::string_view text) : text_(text) {}

  base::Status ReadAll(std::vector<SeriesText::Item>* out) {
    while (true) {
      while (!AtEnd() && (Peek() == ' ' || Peek() == '\t')) ++pos_;
      if (AtEnd()) return base::Status();
      if (!ReadItem(out)) {
        return base::InvalidArgument("bad series value at \"" + std::string(text_.substr(pos_)) +
                                     "\"");
      }
    }
  }

 private:
  bool AtEnd() const { return pos_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[pos_]; }

  bool ReadItem(std::vector<SeriesText::Item>* out) {
    SeriesText::Item item;
    if (Peek() == '_') {
      ++pos_;
      return Repeat(item, 0, /*inclusive=*/false, out);
    }
    if (Peek() == '{') return ReadHistograms(out);
    if (text_.substr(pos_).starts_with("stale")) {
      pos_ += 5;
      item = {true, model::StaleNan()};
      return Repeat(item, 0, /*inclusive=*/true, out);
    }
    const auto value = ReadNumber();
    if (!value) return false;
    item = {true, *value};
    double step = 0;
    if (Peek() == '+' || Peek() == '-') {
      const auto read = ReadNumber();
      if (!read) return false;
      step = *read;
    }
    return Repeat(item, step, /*inclusive=*/true, out);
  }

  // An item of histograms, as far as the next blank outside of braces; read by the parser that
  // reads tests of rules.
  bool ReadHistograms(std::vector<SeriesText::Item>* out) {
    const size_t start = pos_;
    for (int depth = 0; !AtEnd(); ++pos_) {
      if (Peek() == '{') ++depth;
      if (Peek() == '}') --depth;
      if (depth == 0 && (Peek() == ' ' || Peek() == '\t')) break;
    }
    const std::string item(text_.substr(start, pos_ - start));
    const auto parsed = promql::ParseSeriesDescription("m " + item);
    if (!parsed.ok()) return false;
    const bool names_hint = item.find("counter_reset_hint") != std::string::npos;
    for (const auto& one : parsed->items) {
      out->push_back({true, one.value, one.histogram, names_hint});
    }
    return true;
  }

  // The item once, and by xN: N times (gaps) or N times more (values), each a step further.
  bool Repeat(SeriesText::Item item, double step, bool inclusive,
              std::vector<SeriesText::Item>* out) {
    int64_t count = 1;
    if (Peek() == 'x') {
      const size_t start = ++pos_;
      while (IsDigit(Peek())) ++pos_;
      const auto times = base::ParseInt(text_.substr(start, pos_ - start));
      if (!times) return false;
      count = *times + (inclusive ? 1 : 0);
    }
    for (int64_t i = 0; i < count; ++i) {
      out->push_back(item);
      item.value += step;
    }
    return AtEnd() || Peek() == ' ' || Peek() == '\t';
  }

  std::optional<double> ReadNumber() {
    const size_t start = pos_;
    if (Peek() == '+' || Peek() == '-') ++pos_;
    while (!AtEnd()) {
      const char c = Peek();
      const bool exponent_sign = (c == '+' || c == '-') && pos_ > start &&
                                 (text_[pos_ - 1] == 'e' || text_[pos_ - 1] == 'E') &&
                                 IsDigit(text_[pos_ - 2 < text_.size() ? pos_ - 2 : 0]);
      const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0 && c != 'x';
      if (!IsDigit(c) && c != '.' && c != '_' && !letter && !exponent_sign) break;
      ++pos_;
    }
    return ParseScalarText(text_.substr(start, pos_ - start));
  }

  const std::string_view text_;
  size_t pos_ = 0;
};

}  // namespace

std::optional<double> ParseScalarText(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double sign = 1;
  if (text[0] == '+' || text[0] == '-') {
    sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (base::EqualsIgnoreCase(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (const auto value = base::ParseDouble(text)) return sign * *value;
  if (const auto value = base::ParseInt(text)) return sign * static_cast<double>(*value);
  if (text.starts_with("0x") || text.starts_with("0X")) {
    return sign * static_cast<double>(std::stoll(std::string(text), nullptr, 16));
  }
  if (const auto ms = base::ParseDurationMs(text)) {
    return sign * static_cast<double>(*ms) / 1000;
  }
  return std::nullopt;
}

base::StatusOr<SeriesText> ParseSeriesText(std::string_view line) {
  const size_t end = EndOfLabels(line);
  SeriesText out;
  VEDETTE_ASSIGN_OR_RETURN(out.labels, ParseLabels(line.substr(0, end)));
  VEDETTE_RETURN_IF_ERROR(ItemReader(line.substr(end)).ReadAll(&out.items));
  return out;
}

bool IsStartsText(std::string_view line) {
  return line.substr(0, line.find_first_of(" \t", EndOfLabels(line))).ends_with("@st");
}

base::StatusOr<SeriesText> ParseStartsText(std::string_view line) {
  const size_t end = EndOfLabels(line);
  SeriesText out;
  VEDETTE_ASSIGN_OR_RETURN(out.labels, ParseLabels(line.substr(0, end - 3)));  // "@st"
  std::vector<SeriesText::Item> items;
  VEDETTE_RETURN_IF_ERROR(ItemReader(line.substr(end)).ReadAll(&items));
  for (const SeriesText::Item& item : items) {
    std::optional<int64_t> start;
    if (item.present) start = std::llround(item.value * 1000);
    out.starts.push_back(start);
  }
  return out;
}

}  // namespace vedette::test
