#include "collector/promql/series_lexer.h"

#include <array>

#include "base/strings.h"
#include "base/utf8.h"
#include "collector/promql/characters.h"
#include "collector/promql/number_scan.h"
#include "collector/promql/rune_text.h"

namespace vedette::promql {
namespace {

// In the order of upstream's grammar, whose messages show a key's number in it.
constexpr int kFirstKeyNumber = 57370;
constexpr auto kKeys = std::to_array<std::string_view>(
    {"sum", "count", "schema", "offset", "n_offset", "buckets", "n_buckets", "z_bucket",
     "z_bucket_w", "custom_values", "counter_reset_hint"});
constexpr auto kHints = std::to_array<std::string_view>({"unknown", "reset", "not_reset", "gauge"});

template <typename Words>
int IndexOf(const Words& words, std::string_view word) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (base::EqualsIgnoreCase(words[i], word)) return static_cast<int>(i);
  }
  return -1;
}

bool IsNumberWord(std::string_view word) {
  return base::EqualsIgnoreCase(word, "inf") || base::EqualsIgnoreCase(word, "nan");
}

}  // namespace

std::string Describe(const SeriesToken& token) {
  const std::string quoted = base::GoQuote(token.text);
  switch (token.kind) {
    case SeriesTokenKind::kEnd:
      return "end of input";
    case SeriesTokenKind::kAdd:
    case SeriesTokenKind::kSub:
      return base::Concat({"<op:", token.text, ">"});
    case SeriesTokenKind::kNumber:
      return "number " + quoted;
    case SeriesTokenKind::kIdentifier:
      return "identifier " + quoted;
    case SeriesTokenKind::kKey: {
      const int number = kFirstKeyNumber + IndexOf(kKeys, token.text);
      return base::Concat({"\"<Item ", std::to_string(number), ">\" ", quoted});
    }
    default:
      return quoted;
  }
}

SeriesToken SeriesLexer::Next() {
  if (finished_) return last_;
  start_ = pos_;
  SeriesToken token = state_ == State::kSequence    ? LexSequence()
                      : state_ == State::kHistogram ? LexHistogram()
                                                    : LexBuckets();
  finished_ = token.kind == SeriesTokenKind::kEnd || token.kind == SeriesTokenKind::kError;
  if (finished_) last_ = token;
  return token;
}

SeriesToken SeriesLexer::Emit(SeriesTokenKind kind) {
  SeriesToken token;
  token.kind = kind;
  token.pos = static_cast<int>(start_);
  token.text = input_.substr(start_, pos_ - start_);
  return token;
}

SeriesToken SeriesLexer::Fail(std::string message) {
  SeriesToken token = Emit(SeriesTokenKind::kError);
  token.error = std::move(message);
  return token;
}

std::string SeriesLexer::QuoteNext() const {
  if (AtEnd()) return QuoteRune(base::kReplacementRune);
  return QuoteRune(base::DecodeRune(input_.substr(pos_)).value);
}

SeriesToken SeriesLexer::LexSpace() {
  ++pos_;
  SeriesToken token = Emit(SeriesTokenKind::kSpace);  // the first of them stands for all
  while (!AtEnd() && IsSpace(Peek())) ++pos_;
  return token;
}

SeriesToken SeriesLexer::LexNumber() {
  if (ScanNumber(input_, /*series=*/true, &pos_)) return Emit(SeriesTokenKind::kNumber);
  return Fail("bad number syntax: " + base::GoQuote(input_.substr(start_, pos_ - start_)));
}

SeriesToken SeriesLexer::LexWord() {
  while (!AtEnd() && (IsAlpha(Peek()) || IsDigit(Peek()) || Peek() == ':')) ++pos_;
  SeriesToken token = Emit(SeriesTokenKind::kIdentifier);
  if (IsNumberWord(token.text)) token.kind = SeriesTokenKind::kNumber;
  return token;
}

SeriesToken SeriesLexer::LexSequence() {
  if (AtEnd()) return Emit(SeriesTokenKind::kEnd);
  const char c = Peek();
  if (IsSpace(c)) return LexSpace();
  if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return LexNumber();
  if (c == '{' && Peek(1) == '{') {
    pos_ += 2;
    state_ = State::kHistogram;
    return Emit(SeriesTokenKind::kOpenHistogram);
  }
  if (IsAlpha(c) && c != 'x' && c != '_') return LexWord();
  if (c != '+' && c != '-' && c != 'x' && c != '_') {
    return Fail("unexpected character in series sequence: " + QuoteNext());
  }
  ++pos_;
  return Emit(c == '+'   ? SeriesTokenKind::kAdd
              : c == '-' ? SeriesTokenKind::kSub
              : c == 'x' ? SeriesTokenKind::kTimes
                         : SeriesTokenKind::kBlank);
}

SeriesToken SeriesLexer::LexHistogram() {
  const char c = Peek();
  if (IsSpace(c)) return LexSpace();
  if (IsAlpha(c)) return LexHistogramWord();
  if (IsDigit(c)) return LexNumber();
  if (c == '}' && Peek(1) == '}') {
    pos_ += 2;
    state_ = State::kSequence;
    return Emit(SeriesTokenKind::kCloseHistogram);
  }
  if (c != ':' && c != '-' && c != '[') {
    return Fail("histogram description incomplete unexpected: " + QuoteNext());
  }
  ++pos_;
  if (c == '[') state_ = State::kBuckets;
  return Emit(c == ':'   ? SeriesTokenKind::kColon
              : c == '-' ? SeriesTokenKind::kSub
                         : SeriesTokenKind::kLeftBracket);
}

SeriesToken SeriesLexer::LexHistogramWord() {
  while (!AtEnd() && IsAlpha(Peek())) ++pos_;
  const std::string_view word = input_.substr(start_, pos_ - start_);
  if (IndexOf(kKeys, word) >= 0) {
    if (Peek() == ':') return Emit(SeriesTokenKind::kKey);
    return Fail("missing `:` for histogram descriptor");
  }
  if (IsNumberWord(word)) return Emit(SeriesTokenKind::kNumber);
  if (IndexOf(kHints, word) >= 0) return Emit(SeriesTokenKind::kHint);
  return Fail("bad histogram descriptor found: " + base::GoQuote(word));
}

SeriesToken SeriesLexer::LexBuckets() {
  const char c = Peek();
  if (IsSpace(c)) return LexSpace();
  if (c == '-') {
    ++pos_;
    return Emit(SeriesTokenKind::kSub);
  }
  if (IsDigit(c)) return LexNumber();
  if (c == ']') {
    ++pos_;
    state_ = State::kHistogram;
    return Emit(SeriesTokenKind::kRightBracket);
  }
  if (IsAlpha(c)) {
    SeriesToken word = LexWord();
    if (word.kind == SeriesTokenKind::kNumber) return word;
    return Fail("bad number in buckets description: " + base::GoQuote(word.text));
  }
  return Fail("invalid character in buckets description: " + QuoteNext());
}

}  // namespace vedette::promql
