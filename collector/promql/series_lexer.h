#ifndef VEDETTE_COLLECTOR_PROMQL_SERIES_LEXER_H_
#define VEDETTE_COLLECTOR_PROMQL_SERIES_LEXER_H_

#include <string>
#include <string_view>

namespace vedette::promql {

enum class SeriesTokenKind {
  kEnd,
  kError,  // error says what
  kSpace,
  kAdd,
  kSub,
  kTimes,  // x
  kBlank,  // _
  kNumber,
  kIdentifier,
  kOpenHistogram,   // {{
  kCloseHistogram,  // }}
  kKey,             // sum, buckets, ... of a histogram
  kHint,            // what counter_reset_hint may be
  kColon,
  kLeftBracket,
  kRightBracket,
};

struct SeriesToken {
  SeriesTokenKind kind = SeriesTokenKind::kEnd;
  int pos = 0;
  std::string_view text;  // a slice of the input
  std::string error;
};

// The token as "unexpected X" names it.
std::string Describe(const SeriesToken& token);

// Cuts the values of a series description, `1 2+3x4 _ stale {{sum:1}}`, into tokens, one a call;
// white space is one. After an error or the end the same token is returned for ever. The input
// outlives the lexer and its tokens.
class SeriesLexer {
 public:
  // Begins at the byte `start` of `input`, behind the metric.
  SeriesLexer(std::string_view input, size_t start) : input_(input), pos_(start), start_(start) {}

  SeriesToken Next();

 private:
  enum class State { kSequence, kHistogram, kBuckets };

  SeriesToken LexSequence();
  SeriesToken LexHistogram();
  SeriesToken LexBuckets();
  SeriesToken LexSpace();
  SeriesToken LexNumber();
  SeriesToken LexWord();
  SeriesToken LexHistogramWord();

  SeriesToken Emit(SeriesTokenKind kind);
  SeriesToken Fail(std::string message);
  bool AtEnd() const { return pos_ >= input_.size(); }
  char Peek(size_t ahead = 0) const {
    return pos_ + ahead < input_.size() ? input_[pos_ + ahead] : '\0';
  }
  std::string QuoteNext() const;

  const std::string_view input_;
  size_t pos_;
  size_t start_;
  State state_ = State::kSequence;
  bool finished_ = false;
  SeriesToken last_;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_SERIES_LEXER_H_
