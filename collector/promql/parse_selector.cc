#include <cinttypes>
#include <cmath>
#include <cstdio>

#include "base/strings.h"
#include "collector/promql/parser_impl.h"

namespace vedette::promql {
namespace {

constexpr std::string_view kMatching = "label matching";

// The time modifiers that `offset` and `@` behind this expression set; null where none can be.
TimeModifier* ModifierOf(Expr* expr) {
  if (auto* vector = TryAs<VectorSelector>(*expr)) return &vector->time;
  if (auto* matrix = TryAs<MatrixSelector>(*expr)) return &matrix->selector->time;
  if (auto* subquery = TryAs<SubqueryExpr>(*expr)) return &subquery->time;
  return nullptr;
}

}  // namespace

ExprPtr Parser::ParseSelector(std::optional<Token> name) {
  auto node = std::make_unique<VectorSelector>();
  node->type = ValueType::kVector;
  const int start = name ? name->pos : token_.pos;
  int end = name ? name->range().end : 0;
  if (Is(TokenKind::kLeftBrace)) {
    Advance();
    if (!ParseMatchers(node.get())) return nullptr;
    end = last_end_;
  }
  if (name) {
    node->name = std::string(name->text);
    node->matchers.push_back(model::Matcher::Equal(std::string(model::kMetricName), node->name));
  }
  return Finish(std::move(node), {start, end}, 0);
}

bool Parser::ParseMatchers(VectorSelector* selector) {
  while (!Is(TokenKind::kRightBrace)) {
    if (!Is(TokenKind::kIdentifier) && !Is(TokenKind::kString)) {
      return Reject(Unexpected(kMatching, "identifier or \"}\""));
    }
    if (!ParseMatcher(selector)) return false;
    if (Is(TokenKind::kRightBrace)) break;
    if (!Is(TokenKind::kComma)) return Reject(Unexpected(kMatching, "\",\" or \"}\""));
    Advance();
  }
  Advance();
  return true;
}

bool Parser::ParseMatcher(VectorSelector* selector) {
  const Token label = token_;
  const bool quoted = Is(TokenKind::kString);
  std::string name = quoted ? Unquote(label.text) : std::string(label.text);
  Advance();
  model::MatchType type = model::MatchType::kEqual;
  switch (token_.kind) {
    case TokenKind::kAssign:
      break;
    case TokenKind::kNotEqual:
      type = model::MatchType::kNotEqual;
      break;
    case TokenKind::kRegexMatch:
      type = model::MatchType::kRegex;
      break;
    case TokenKind::kRegexNoMatch:
      type = model::MatchType::kNotRegex;
      break;
    default:
      if (!quoted) return Reject(Unexpected(kMatching, "label matching operator"));
      return AddMatcher(selector, label, type, std::string(model::kMetricName), std::move(name));
  }
  Advance();
  if (!Is(TokenKind::kString)) return Reject(Unexpected(kMatching, "string"));
  std::string value = Unquote(token_.text);
  Advance();
  return AddMatcher(selector, label, type, std::move(name), std::move(value));
}

bool Parser::AddMatcher(VectorSelector* selector, const Token& label, model::MatchType type,
                        std::string name, std::string value) {
  auto matcher = model::Matcher::Make(type, std::move(name), std::move(value));
  if (!matcher.ok()) {
    return Reject(Fail(label.range(), std::string(base::Message(matcher.status()))));
  }
  selector->matchers.push_back(*std::move(matcher));
  return true;
}

ExprPtr Parser::ParseRange(ExprPtr operand) {
  const int bracket = token_.pos;
  Advance();
  DurationValue range;
  if (!ParseRangeDuration(RangeContext(), &range)) return nullptr;
  if (Is(TokenKind::kRightBracket)) {
    Advance();
    return MakeMatrix(std::move(operand), std::move(range), {bracket, last_end_});
  }
  if (!Is(TokenKind::kColon)) return Unexpected("subquery or range", "\":\" or \"]\"");
  Advance();
  auto node = std::make_unique<SubqueryExpr>();
  node->range = std::move(range);
  node->type = ValueType::kMatrix;
  if (!Is(TokenKind::kRightBracket) && !ParseRangeDuration(StepContext(), &node->step)) {
    return nullptr;
  }
  if (!Is(TokenKind::kRightBracket)) return Unexpected("subquery selector", "\"]\"");
  Advance();
  const int start = operand->pos.start;
  const int depth = operand->depth;
  node->inner = std::move(operand);
  return Finish(std::move(node), {start, last_end_}, depth);
}

ExprPtr Parser::MakeMatrix(ExprPtr operand, DurationValue range, PositionRange bracket) {
  auto* selector = TryAs<VectorSelector>(*operand);
  if (selector == nullptr) return Fail(bracket, "ranges only allowed for vector selectors");
  // 3.5 overlooks offsets that are expressions, and start() and end().
  const TimeModifier& time = selector->time;
  const bool has_offset = options_.newer ? time.HasOffset() : time.offset.ms != 0;
  const bool has_at = options_.newer ? time.HasAt() : time.at_ms.has_value();
  if (has_offset) return Fail(bracket, "no offset modifiers allowed before range");
  if (has_at) return Fail(bracket, "no @ modifiers allowed before range");
  auto node = std::make_unique<MatrixSelector>();
  node->range = std::move(range);
  node->type = ValueType::kMatrix;
  node->selector.reset(selector);
  static_cast<void>(operand.release());
  const int start = node->selector->pos.start;
  return Finish(std::move(node), {start, bracket.end}, 1);
}

ExprPtr Parser::ParseOffset(ExprPtr operand) {
  Advance();
  DurationValue offset;
  if (!ParseOffsetDuration(&offset)) return nullptr;
  TimeModifier* time = ModifierOf(operand.get());
  if (time == nullptr) {
    return Fail(operand->pos,
                "offset modifier must be preceded by an instant vector selector or range vector "
                "selector or a subquery");
  }
  if (time->HasOffset()) return Fail(operand->pos, "offset may not be set multiple times");
  time->offset = std::move(offset);
  operand->pos.end = last_end_;
  return operand;
}

ExprPtr Parser::ParseExtended(ExprPtr operand) {
  const bool anchored = Is(TokenKind::kAnchored);
  const std::string word = anchored ? "anchored" : "smoothed";
  Advance();
  if (!options_.extended_range_selectors) {
    return Fail(operand->pos, word + " modifier is experimental and not enabled");
  }
  if (operand->kind == ExprKind::kSubquery) {
    return Fail(operand->pos, word + " modifier is not supported for subqueries");
  }
  auto* matrix = TryAs<MatrixSelector>(*operand);
  auto* selector = matrix != nullptr ? matrix->selector.get() : TryAs<VectorSelector>(*operand);
  // Nothing else has samples around its range to look at: an error of whoever asks, in the words of
  // Prometheus 3.14 (promql/parser/parse.go, setAnchored and setSmoothed), which people look up.
  if (selector == nullptr) return Fail(operand->pos, word + " modifier not implemented");
  (anchored ? selector->anchored : selector->smoothed) = true;
  if (selector->anchored && selector->smoothed) {
    return Fail(operand->pos, "anchored and smoothed modifiers cannot be used together");
  }
  return operand;
}

ExprPtr Parser::ParseAt(ExprPtr operand) {
  Advance();
  TimeModifier parsed;
  if (!ParseAtTime(&parsed, *operand)) return nullptr;
  TimeModifier* time = ModifierOf(operand.get());
  if (time == nullptr) {
    return Fail(operand->pos,
                "@ modifier must be preceded by an instant vector selector or range vector "
                "selector or a subquery");
  }
  if (time->HasAt()) return Fail(operand->pos, "@ <timestamp> may not be set multiple times");
  time->at = parsed.at;
  time->at_ms = parsed.at_ms;
  operand->pos.end = last_end_;
  return operand;
}

bool Parser::ParseAtTime(TimeModifier* time, const Expr& operand) {
  if (Is(TokenKind::kStart) || Is(TokenKind::kEndKeyword)) {
    time->at = Is(TokenKind::kStart) ? AtPreprocessor::kStart : AtPreprocessor::kEnd;
    Advance();
    for (const TokenKind kind : {TokenKind::kLeftParen, TokenKind::kRightParen}) {
      if (!Is(kind)) return Reject(Unexpected("@", "timestamp"));
      Advance();
    }
    return true;
  }
  double sign = 1;
  if (Is(TokenKind::kAdd) || Is(TokenKind::kSub)) {
    sign = Is(TokenKind::kSub) ? -1 : 1;
    Advance();
  }
  if (!Is(TokenKind::kNumber) && !Is(TokenKind::kDuration)) {
    return Reject(Unexpected("@", "timestamp"));
  }
  double seconds = 0;
  if (!ParseNumberValue(token_, &seconds)) return false;
  seconds *= sign;
  Advance();
  constexpr double kLimit = 9223372036854775807.0;
  if (std::isnan(seconds) || seconds >= kLimit || seconds <= -kLimit) {
    char shown[400];
    std::snprintf(shown, sizeof shown, "%f", seconds);
    const std::string text = std::isnan(seconds)   ? "NaN"
                             : std::isinf(seconds) ? (seconds > 0 ? "+Inf" : "-Inf")
                                                   : shown;
    return Reject(Fail(operand.pos, "timestamp out of bounds for @ modifier: " + text));
  }
  // Beyond what milliseconds can say: clamped, no sample is that far away.
  const double ms = std::round(seconds * 1000);
  constexpr int64_t kFar = int64_t{1} << 61;  // prints and reads back as it is
  time->at_ms = ms > static_cast<double>(kFar)    ? kFar
                : ms < -static_cast<double>(kFar) ? -kFar
                                                  : static_cast<int64_t>(ms);
  return true;
}

}  // namespace vedette::promql
