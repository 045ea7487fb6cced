#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/strings.h"
#include "collector/promql/parser_impl.h"

namespace vedette::promql {
namespace {

constexpr int kSumPrecedence = 4;  // + and -
constexpr std::string_view kOffsetContext = "offset";
constexpr double kMaxDurationSeconds = 9223372036.854775807;  // 64 bits of nanoseconds

// Why base::ParseDurationMs refused the text.
std::string ExplainBadDuration(std::string_view text) {
  static constexpr std::string_view kUnits[] = {"y", "w", "d", "h", "m", "s", "ms"};
  size_t i = 0;
  size_t next = 0;  // units before stand already, or may not stand any more
  bool in_order = true;
  while (i < text.size()) {
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    const size_t unit_start = i;
    while (i < text.size() && (text[i] < '0' || text[i] > '9')) ++i;
    const std::string_view unit = text.substr(unit_start, i - unit_start);
    const auto at = std::find(std::begin(kUnits), std::end(kUnits), unit);
    if (at == std::end(kUnits)) {
      return "unknown unit " + base::GoQuote(unit) + " in duration " + base::GoQuote(text);
    }
    const auto place = static_cast<size_t>(at - std::begin(kUnits));
    in_order = in_order && place >= next;
    next = place + 1;
  }
  if (in_order) return "duration out of range";
  return "not a valid duration string: " + base::GoQuote(text);
}

// As strconv.ParseInt(text, 0, 64): 0x, leading 0 for octal, 0b, 0o; nothing where it is none.
bool ParseInteger(std::string_view text, double* value) {
  int radix = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    radix = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  int64_t parsed = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, parsed, radix);
  if (error != std::errc() || at != end) return false;
  *value = static_cast<double>(parsed);
  return true;
}

double SecondsOf(int64_t ms) {
  return static_cast<double>(ms / 1000) + static_cast<double>(ms % 1000) / 1e3;
}

int DurationPrecedence(TokenKind kind) {
  const int precedence = BinaryPrecedence(kind);
  return kind == TokenKind::kAtan2 || precedence < kSumPrecedence ? 0 : precedence;
}

DurationExpr::Op ToDurationOp(TokenKind kind) {
  switch (kind) {
    case TokenKind::kAdd:
      return DurationExpr::Op::kAdd;
    case TokenKind::kSub:
      return DurationExpr::Op::kSub;
    case TokenKind::kMul:
      return DurationExpr::Op::kMul;
    case TokenKind::kDiv:
      return DurationExpr::Op::kDiv;
    case TokenKind::kMod:
      return DurationExpr::Op::kMod;
    case TokenKind::kPow:
      return DurationExpr::Op::kPow;
    case TokenKind::kStep:
      return DurationExpr::Op::kStep;
    case TokenKind::kRangeKeyword:
      return DurationExpr::Op::kRange;
    case TokenKind::kMinOf:
      return DurationExpr::Op::kMinOf;
    default:
      return DurationExpr::Op::kMaxOf;
  }
}

// What stays a number, with nothing to compute once the query runs.
bool IsLiteral(const DurationExpr& expr) {
  return expr.op == DurationExpr::Op::kLiteral && !expr.wrapped;
}

bool IsSign(TokenKind kind) { return kind == TokenKind::kAdd || kind == TokenKind::kSub; }
bool IsNumber(TokenKind kind) { return kind == TokenKind::kNumber || kind == TokenKind::kDuration; }
bool IsCall(TokenKind kind) { return kind >= TokenKind::kStep && kind <= TokenKind::kMaxOf; }

}  // namespace

bool Parser::ParseNumberValue(const Token& token, double* value) {
  if (token.kind == TokenKind::kDuration) {
    const auto ms = base::ParseDurationMs(token.text);
    if (!ms) return Reject(Fail(token.range(), ExplainBadDuration(token.text)));
    *value = SecondsOf(*ms);
    return true;
  }
  std::string digits;
  for (const char c : token.text) {
    if (c != '_') digits.push_back(c);
  }
  if (ParseInteger(digits, value)) return true;
  const auto parsed = base::ParseDouble(digits);
  const bool said = digits.find_first_of("iI") != std::string::npos;  // Inf
  if (parsed && (!std::isinf(*parsed) || said)) {
    *value = *parsed;
    return true;
  }
  double ignored = 0;
  const char* end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, ignored);
  const bool too_large = parsed || (error == std::errc::result_out_of_range && at == end);
  return Reject(Fail(
      token.range(),
      base::Concat({"error parsing number: strconv.ParseFloat: parsing ", base::GoQuote(digits),
                    too_large ? ": value out of range" : ": invalid syntax"})));
}

Parser::DurationContext Parser::RangeContext() const {
  if (options_.newer) {
    return {"subquery or range selector", "number, duration, step(), or range()"};
  }
  return {"subquery selector", "number or duration"};
}

Parser::DurationContext Parser::StepContext() const {
  if (options_.newer) {
    return {"subquery selector", "number, duration, step(), range(), or \"]\""};
  }
  return {"subquery selector", "number or duration or \"]\""};
}

bool Parser::StoreDuration(DurationPtr duration, DurationValue* out) {
  if (!duration) return false;
  if (!IsLiteral(*duration)) {
    out->expr = std::move(duration);
    return true;
  }
  // NaN is Go's least duration.
  out->ms = std::isnan(duration->seconds)
                ? std::numeric_limits<int64_t>::min() / 1'000'000
                : static_cast<int64_t>(std::round(duration->seconds * 1000));
  return true;
}

bool Parser::ParseRangeDuration(const DurationContext& context, DurationValue* out) {
  duration_context_ = context;
  DurationPtr duration = ParseDurationSum(kSumPrecedence);
  if (duration && IsLiteral(*duration) && duration->seconds <= 0) {
    if (Is(TokenKind::kError)) return Reject(Unexpected());
    return Reject(Fail(duration->pos, "duration must be greater than 0"));
  }
  return StoreDuration(std::move(duration), out);
}

// A literal or, in newer versions, a call or signed parentheses are the whole offset: what follows
// is an operator between vectors. Anything else goes on as long as a duration can.
bool Parser::ParseOffsetDuration(DurationValue* out) {
  duration_context_ = {kOffsetContext, options_.newer ? "number, duration, step(), or range()"
                                                      : "number or duration"};
  if (IsNumber(token_.kind) || IsCall(token_.kind)) {
    return StoreDuration(ParseDurationPrimary(), out);
  }
  if (!IsSign(token_.kind)) return StoreDuration(ParseDurationSum(kSumPrecedence), out);
  const Token sign = token_;
  Advance();
  const bool ends =
      IsNumber(token_.kind) || IsCall(token_.kind) || (options_.newer && Is(TokenKind::kLeftParen));
  if (ends) return StoreDuration(ApplySign(sign, ParseDurationPrimary()), out);
  DurationPtr signed_part = ApplySign(sign, ParseDurationSum(BinaryPrecedence(TokenKind::kPow)));
  return StoreDuration(ParseDurationTail(std::move(signed_part), kSumPrecedence), out);
}

Parser::DurationPtr Parser::ParseDurationSum(int min_precedence) {
  ++depth_;
  DurationPtr lhs;
  if (!TooDeep()) lhs = ParseDurationTail(ParseDurationUnary(), min_precedence);
  --depth_;
  return lhs;
}

Parser::DurationPtr Parser::ParseDurationTail(DurationPtr lhs, int min_precedence) {
  while (lhs) {
    const int precedence = DurationPrecedence(token_.kind);
    if (precedence == 0 || precedence < min_precedence) break;
    const Token op = token_;
    Advance();
    const bool right_associative = op.kind == TokenKind::kPow;
    DurationPtr rhs = ParseDurationSum(right_associative ? precedence : precedence + 1);
    if (!rhs) return nullptr;
    if (!options_.duration_expressions && Is(TokenKind::kError)) return Unexpected();
    if (!DurationExprsAllowed(lhs->pos)) return nullptr;
    const bool divides = op.kind == TokenKind::kDiv || op.kind == TokenKind::kMod;
    if (divides && IsLiteral(*rhs) && rhs->seconds == 0) {
      if (Is(TokenKind::kError)) return Unexpected();
      return Fail(op.range(), op.kind == TokenKind::kDiv ? "division by zero" : "modulo by zero");
    }
    lhs = MakeDuration(ToDurationOp(op.kind), std::move(lhs), std::move(rhs));
  }
  return lhs;
}

Parser::DurationPtr Parser::ParseDurationUnary() {
  if (!IsSign(token_.kind)) return ParseDurationPrimary();
  const Token sign = token_;
  Advance();
  return ApplySign(sign, ParseDurationSum(BinaryPrecedence(TokenKind::kPow)));
}

Parser::DurationPtr Parser::ApplySign(const Token& sign, DurationPtr operand) {
  if (!operand) return nullptr;
  const bool negative = sign.kind == TokenKind::kSub;
  if (IsLiteral(*operand)) {
    if (negative) operand->seconds = -operand->seconds;
    operand->pos.start = sign.pos;
    return operand;
  }
  if (!negative) return operand;
  DurationPtr out = MakeDuration(DurationExpr::Op::kNegate, nullptr, std::move(operand));
  if (out) out->pos.start = sign.pos;
  return out;
}

Parser::DurationPtr Parser::MakeDuration(DurationExpr::Op op, DurationPtr lhs, DurationPtr rhs) {
  auto out = std::make_unique<DurationExpr>();
  out->op = op;
  out->pos = {lhs ? lhs->pos.start : rhs->pos.start, rhs->pos.end};
  out->depth = 1 + std::max(lhs ? lhs->depth : 0, rhs->depth);
  out->lhs = std::move(lhs);
  out->rhs = std::move(rhs);
  if (out->depth > options_.max_depth) return Fail(out->pos, TooDeepText());
  return out;
}

bool Parser::DurationExprsAllowed(PositionRange where) {
  if (options_.duration_expressions) return true;
  return Reject(Fail(where, "experimental duration expression is not enabled"));
}

Parser::DurationPtr Parser::ParseDurationPrimary() {
  if (Is(TokenKind::kLeftParen)) return ParseDurationParen();
  if (IsCall(token_.kind)) return ParseDurationCall();
  if (!IsNumber(token_.kind)) return UnexpectedInDuration();
  auto out = std::make_unique<DurationExpr>();
  out->pos = token_.range();
  out->is_duration = Is(TokenKind::kDuration);
  if (!ParseNumberValue(token_, &out->seconds)) return nullptr;
  const bool nan_offset = std::isnan(out->seconds) && duration_context_.where == kOffsetContext;
  if (!(std::abs(out->seconds) <= kMaxDurationSeconds) && !nan_offset) {
    return Fail(out->pos, "duration out of range");
  }
  Advance();
  return out;
}

Parser::DurationPtr Parser::ParseDurationParen() {
  const int start = token_.pos;
  Advance();
  DurationPtr inner = ParseDurationSum(kSumPrecedence);
  if (!inner) return nullptr;
  if (!Is(TokenKind::kRightParen)) return UnexpectedInDuration();
  Advance();
  if (!DurationExprsAllowed(inner->pos)) return nullptr;
  // 3.5 forgets parentheses around a literal.
  if (IsLiteral(*inner) && !options_.newer) return inner;
  if (IsLiteral(*inner)) inner->pos = {start, last_end_};
  inner->wrapped = true;
  return inner;
}

// step(), range(), min_of(a, b), max_of(a, b)
Parser::DurationPtr Parser::ParseDurationCall() {
  const Token name = token_;
  auto out = std::make_unique<DurationExpr>();
  out->op = ToDurationOp(name.kind);
  Advance();
  if (!Is(TokenKind::kLeftParen)) return UnexpectedInDuration();
  Advance();
  const bool has_operands = name.kind == TokenKind::kMinOf || name.kind == TokenKind::kMaxOf;
  if (has_operands) {
    DurationPtr lhs = ParseDurationSum(kSumPrecedence);
    if (!lhs) return nullptr;
    if (!Is(TokenKind::kComma)) return UnexpectedInDuration();
    Advance();
    DurationPtr rhs = ParseDurationSum(kSumPrecedence);
    if (!rhs) return nullptr;
    out = MakeDuration(out->op, std::move(lhs), std::move(rhs));
    if (!out) return nullptr;
  }
  if (!Is(TokenKind::kRightParen)) return UnexpectedInDuration();
  Advance();
  out->pos = {name.pos, last_end_};
  if (!DurationExprsAllowed(out->pos)) return nullptr;
  return out;
}

std::nullptr_t Parser::UnexpectedInDuration() {
  return Unexpected(duration_context_.where, duration_context_.expected);
}

}  // namespace vedette::promql
