#ifndef VEDETTE_COLLECTOR_PROMQL_PARSER_IMPL_H_
#define VEDETTE_COLLECTOR_PROMQL_PARSER_IMPL_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/promql/lexer.h"
#include "collector/promql/parser.h"

namespace vedette::promql {

// Recursive descent over the lexer's tokens, one token ahead. A production that fails records the
// first error and returns null (or false); everyone above returns at once. For one text and thread.
class Parser {
 public:
  Parser(std::string_view text, const ParserOptions& options);

  ExprPtr ParseAll();
  const base::Status& status() const { return status_; }

 private:
  using DurationPtr = std::unique_ptr<DurationExpr>;
  // Where a duration stands, and what can stand there, as the message about what cannot names it.
  struct DurationContext {
    std::string_view where;
    std::string_view expected;
  };
  using Params = std::vector<ExprPtr>;

  // expressions: parser.cc
  ExprPtr ParseBinary(int min_precedence);
  ExprPtr FinishBinary(std::unique_ptr<BinaryExpr> node);
  ExprPtr ParseUnary();
  ExprPtr ParsePostfix();
  ExprPtr ParsePrimary();
  ExprPtr ParseParen();
  ExprPtr ParseNumber();
  ExprPtr ParseNamed();
  ExprPtr ParseCall(const Token& name);
  ExprPtr ParseAggregate(const Token& op);
  ExprPtr MakeAggregate(std::unique_ptr<AggregateExpr> node, Params args);
  bool ParseBinaryModifiers(BinaryExpr* node, std::optional<VectorMatching>* matching);
  bool ParseFill(VectorMatching* matching);
  bool ParseFillValue(double* value);
  bool ParseArguments(Params* args, int* end);
  bool ParseGrouping(std::vector<std::string>* labels, int* end);

  // selectors and time modifiers: parse_selector.cc
  ExprPtr ParseSelector(std::optional<Token> name);
  bool ParseMatchers(VectorSelector* selector);
  bool ParseMatcher(VectorSelector* selector);
  bool AddMatcher(VectorSelector* selector, const Token& label, model::MatchType type,
                  std::string name, std::string value);
  ExprPtr ParseRange(ExprPtr operand);
  ExprPtr MakeMatrix(ExprPtr operand, DurationValue range, PositionRange bracket);
  ExprPtr ParseOffset(ExprPtr operand);
  ExprPtr ParseAt(ExprPtr operand);
  ExprPtr ParseExtended(ExprPtr operand);
  bool ParseAtTime(TimeModifier* time, const Expr& operand);

  // durations: parse_duration.cc
  bool ParseNumberValue(const Token& token, double* value);
  DurationContext RangeContext() const;
  DurationContext StepContext() const;
  bool ParseRangeDuration(const DurationContext& context, DurationValue* out);
  bool ParseOffsetDuration(DurationValue* out);
  DurationPtr ParseDurationSum(int min_precedence);
  DurationPtr ParseDurationTail(DurationPtr lhs, int min_precedence);
  DurationPtr ParseDurationUnary();
  DurationPtr ParseDurationPrimary();
  DurationPtr ParseDurationParen();
  DurationPtr ParseDurationCall();
  DurationPtr ApplySign(const Token& sign, DurationPtr operand);
  DurationPtr MakeDuration(DurationExpr::Op op, DurationPtr lhs, DurationPtr rhs);
  bool DurationExprsAllowed(PositionRange where);
  bool StoreDuration(DurationPtr duration, DurationValue* out);
  std::nullptr_t UnexpectedInDuration();

  void Advance();
  bool Is(TokenKind kind) const { return token_.kind == kind; }
  bool Expect(TokenKind kind);
  std::nullptr_t Fail(PositionRange where, std::string message);
  // "unexpected X[ in CONTEXT][, expected WHAT]"; a lexer's error takes precedence.
  std::nullptr_t Unexpected(std::string_view context = {}, std::string_view expected = {});
  // For productions that answer bool: an error was recorded.
  static bool Reject(std::nullptr_t) { return false; }
  // Sets position and depth; fails when the tree grows too deep.
  ExprPtr Finish(ExprPtr node, PositionRange pos, int child_depth);
  bool TooDeep();
  std::string TooDeepText() const;

  const std::string_view text_;
  const ParserOptions options_;
  Lexer lexer_;
  Token token_;
  base::Status status_;
  DurationContext duration_context_;  // of the duration that is parsed
  int aggregations_ = 0;              // that are open: what is unexpected in one is told so
  int depth_ = 0;
  int tokens_ = 0;    // read so far
  int last_end_ = 0;  // where the token before token_ ended
};

// Whether an expression can begin with such a token.
bool CanBeginExpr(TokenKind kind);

// The metric or label name that a token can stand for where no keyword can.
bool CanNameMetric(TokenKind kind);
bool CanNameLabel(TokenKind kind);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_PARSER_IMPL_H_
