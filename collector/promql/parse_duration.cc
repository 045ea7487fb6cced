#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/parser_impl.h"

namespace vedette::promql {
namespace {

constexpr double kMaxDurationSeconds = 9223372036.0;  // what 64 bits of nanoseconds hold

// Why base::ParseDurationMs refused the text.
std::string ExplainBadDuration(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    const size_t unit_start = i;
    while (i < text.size() && (text[i] < '0' || text[i] > '9')) ++i;
    const std::string_view unit = text.substr(unit_start, i - unit_start);
    constexpr std::string_view kUnits[] = {"ms", "s", "m", "h", "d", "w", "y"};
    bool known = false;
    for (const std::string_view u : kUnits) known = known || u == unit;
    if (!known) {
      return "unknown unit " + base::GoQuote(unit) + " in duration " + base::GoQuote(text);
    }
  }
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

std::string LiteralText(double seconds, bool is_duration) {
  std::string out;
  if (is_duration) {
    const int64_t ms = static_cast<int64_t>(std::round(seconds * 1000));
    return (ms < 0 ? "-" : "") + base::FormatDurationMs(std::abs(ms));
  }
  base::AppendFloatF(seconds, &out);
  return out;
}

int DurationPrecedence(TokenKind kind) {
  const int precedence = BinaryPrecedence(kind);
  return kind == TokenKind::kAtan2 || precedence < 4 ? 0 : precedence;
}

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
  if (const auto parsed = base::ParseDouble(digits);
      parsed && (!std::isinf(*parsed) || digits.find_first_of("iI") != std::string::npos)) {
    *value = *parsed;
    return true;
  }
  return Reject(Fail(token.range(), "error parsing number: strconv.ParseFloat: parsing " +
                                        base::GoQuote(digits) + ": value out of range"));
}

bool Parser::StoreDuration(const Duration& duration, DurationValue* out) {
  if (std::isnan(duration.seconds) || std::abs(duration.seconds) > kMaxDurationSeconds) {
    return Reject(Fail(duration.pos, "duration out of range"));
  }
  out->ms = static_cast<int64_t>(std::round(duration.seconds * 1000));
  if (duration.literal) return true;
  if (!options_.duration_expressions) {
    return Reject(Fail(duration.pos, "experimental duration expression is not enabled"));
  }
  out->text = duration.text;
  return true;
}

bool Parser::ParseRangeDuration(DurationValue* out) {
  const auto duration = ParseDurationSum(4);
  if (!duration) return false;
  if (duration->literal && duration->seconds <= 0) {
    return Reject(Fail(duration->pos, "duration must be greater than 0"));
  }
  return StoreDuration(*duration, out);
}

bool Parser::ParseOffsetDuration(DurationValue* out) {
  const bool sign = Is(TokenKind::kAdd) || Is(TokenKind::kSub);
  const bool negative = Is(TokenKind::kSub);
  const int start = token_.pos;
  if (sign) Advance();
  if (!Is(TokenKind::kNumber) && !Is(TokenKind::kDuration) && !Is(TokenKind::kLeftParen)) {
    return Reject(Unexpected("offset", "number or duration"));
  }
  auto duration = ParseDurationPrimary();
  if (!duration) return false;
  duration->pos.start = start;
  if (negative) {
    duration->seconds = -duration->seconds;
    duration->text = "-" + duration->text;
  }
  return StoreDuration(*duration, out);
}

std::optional<Parser::Duration> Parser::ParseDurationSum(int min_precedence) {
  ++depth_;
  std::optional<Duration> lhs;
  if (!TooDeep()) lhs = ParseDurationUnary();
  while (lhs) {
    const int precedence = DurationPrecedence(token_.kind);
    if (precedence == 0 || precedence < min_precedence) break;
    const Token op = token_;
    Advance();
    const auto rhs = ParseDurationSum(op.kind == TokenKind::kPow ? precedence : precedence + 1);
    lhs = rhs ? CombineDurations(op, *lhs, *rhs) : std::nullopt;
  }
  --depth_;
  return lhs;
}

std::optional<Parser::Duration> Parser::ParseDurationUnary() {
  if (!Is(TokenKind::kAdd) && !Is(TokenKind::kSub)) return ParseDurationPrimary();
  const bool negative = Is(TokenKind::kSub);
  const int start = token_.pos;
  Advance();
  auto operand = ParseDurationSum(BinaryPrecedence(TokenKind::kPow));
  if (!operand) return std::nullopt;
  operand->pos.start = start;
  if (negative) {
    operand->seconds = -operand->seconds;
    operand->text = "-" + operand->text;
  }
  return operand;
}

std::optional<Parser::Duration> Parser::ParseDurationPrimary() {
  Duration out;
  out.pos = token_.range();
  if (Is(TokenKind::kLeftParen)) {
    const int start = token_.pos;
    Advance();
    auto inner = ParseDurationSum(4);
    if (!inner || !Expect(TokenKind::kRightParen)) return std::nullopt;
    inner->pos = {start, last_end_};
    if (!inner->literal) inner->text = "(" + inner->text + ")";
    return inner;
  }
  if (!Is(TokenKind::kNumber) && !Is(TokenKind::kDuration)) {
    Unexpected("subquery selector", "number or duration");
    return std::nullopt;
  }
  if (!ParseNumberValue(token_, &out.seconds)) return std::nullopt;
  if (std::abs(out.seconds) > kMaxDurationSeconds || std::isnan(out.seconds)) {
    Fail(out.pos, "duration out of range");
    return std::nullopt;
  }
  out.text = LiteralText(out.seconds, Is(TokenKind::kDuration));
  Advance();
  return out;
}

std::optional<Parser::Duration> Parser::CombineDurations(const Token& op, const Duration& lhs,
                                                         const Duration& rhs) {
  Duration out;
  out.literal = false;
  out.pos = {lhs.pos.start, rhs.pos.end};
  out.text = base::Concat({lhs.text, " ", op.text, " ", rhs.text});
  switch (op.kind) {
    case TokenKind::kAdd:
      out.seconds = lhs.seconds + rhs.seconds;
      break;
    case TokenKind::kSub:
      out.seconds = lhs.seconds - rhs.seconds;
      break;
    case TokenKind::kMul:
      out.seconds = lhs.seconds * rhs.seconds;
      break;
    case TokenKind::kPow:
      out.seconds = std::pow(lhs.seconds, rhs.seconds);
      break;
    default:
      if (rhs.seconds == 0) {
        Fail(op.range(), op.kind == TokenKind::kDiv ? "division by zero" : "modulo by zero");
        return std::nullopt;
      }
      out.seconds = op.kind == TokenKind::kDiv ? lhs.seconds / rhs.seconds
                                               : std::fmod(lhs.seconds, rhs.seconds);
  }
  return out;
}

}  // namespace vedette::promql
