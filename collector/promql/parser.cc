#include "collector/promql/parser.h"

#include <algorithm>

#include "base/strings.h"
#include "collector/promql/analysis.h"
#include "collector/promql/functions.h"
#include "collector/promql/parser_impl.h"
#include "collector/promql/position.h"

namespace vedette::promql {
namespace {

// Counts a level of recursion for as long as it lives.
class NestingLevel {
 public:
  explicit NestingLevel(int* depth) : depth_(depth) { ++*depth_; }
  ~NestingLevel() { --*depth_; }
  NestingLevel(const NestingLevel&) = delete;
  NestingLevel& operator=(const NestingLevel&) = delete;

 private:
  int* const depth_;
};

constexpr int kUnaryOperand = 6;  // binds looser than ^ only

}  // namespace

bool CanNameMetric(TokenKind kind) {
  switch (kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kMetricIdentifier:
    case TokenKind::kAggregator:
    case TokenKind::kAnd:
    case TokenKind::kOr:
    case TokenKind::kUnless:
    case TokenKind::kBy:
    case TokenKind::kWithout:
    case TokenKind::kOffset:
    case TokenKind::kAnchored:
    case TokenKind::kSmoothed:
    case TokenKind::kFill:
    case TokenKind::kFillLeft:
    case TokenKind::kFillRight:
    case TokenKind::kStart:
    case TokenKind::kEndKeyword:
    case TokenKind::kStep:
    case TokenKind::kRangeKeyword:
    case TokenKind::kMinOf:
    case TokenKind::kMaxOf:
      return true;
    default:
      return false;
  }
}

bool CanBeginExpr(TokenKind kind) {
  switch (kind) {
    case TokenKind::kNumber:
    case TokenKind::kDuration:
    case TokenKind::kString:
    case TokenKind::kLeftParen:
    case TokenKind::kLeftBrace:
    case TokenKind::kAdd:
    case TokenKind::kSub:
      return true;
    default:
      return CanNameMetric(kind);
  }
}

bool CanNameLabel(TokenKind kind) {
  switch (kind) {
    case TokenKind::kOn:
    case TokenKind::kIgnoring:
    case TokenKind::kGroupLeft:
    case TokenKind::kGroupRight:
    case TokenKind::kBool:
    case TokenKind::kAtan2:
      return true;
    case TokenKind::kWithout:
      return false;
    default:
      return CanNameMetric(kind);
  }
}

Parser::Parser(std::string_view text, const ParserOptions& options)
    : text_(text), options_(options), lexer_(text, options.newer) {
  token_ = lexer_.Next();
}

void Parser::Advance() {
  last_end_ = token_.range().end;
  token_ = lexer_.Next();
  if (Is(TokenKind::kEnd) || ++tokens_ < options_.max_tokens) return;
  token_.kind = TokenKind::kError;
  token_.error = "expression is too long, at most " + std::to_string(options_.max_tokens) +
                 " tokens are allowed";
}

std::nullptr_t Parser::Fail(PositionRange where, std::string message) {
  if (status_.ok()) status_ = ParseError(text_, where.start, message);
  return nullptr;
}

std::nullptr_t Parser::Unexpected(std::string_view context, std::string_view expected) {
  if (Is(TokenKind::kError)) return Fail(token_.range(), token_.error);
  if (context.empty() && aggregations_ > 0) context = "aggregation";
  std::string message = "unexpected " + Describe(token_, options_.newer);
  if (!context.empty()) message += base::Concat({" in ", context});
  if (!expected.empty()) message += base::Concat({", expected ", expected});
  return Fail(token_.range(), std::move(message));
}

bool Parser::Expect(TokenKind kind) {
  if (!Is(kind)) {
    Unexpected();
    return false;
  }
  Advance();
  return true;
}

bool Parser::TooDeep() {
  if (depth_ <= options_.max_depth) return false;
  Fail(token_.range(), TooDeepText());
  return true;
}

std::string Parser::TooDeepText() const {
  return "expression is nested too deeply, at most " + std::to_string(options_.max_depth) +
         " levels are allowed";
}

ExprPtr Parser::Finish(ExprPtr node, PositionRange pos, int child_depth) {
  node->pos = pos;
  node->depth = child_depth + 1;
  if (node->depth <= options_.max_depth) return node;
  return Fail(pos, TooDeepText());
}

ExprPtr Parser::ParseAll() {
  if (Is(TokenKind::kEnd)) return Fail({0, 0}, "no expression found in input");
  ExprPtr expr = ParseBinary(1);
  if (!expr) return nullptr;
  if (!Is(TokenKind::kEnd)) return Unexpected();
  return expr;
}

ExprPtr Parser::ParseBinary(int min_precedence) {
  const NestingLevel level(&depth_);
  if (TooDeep()) return nullptr;
  ExprPtr lhs = ParseUnary();
  while (lhs) {
    const int precedence = BinaryPrecedence(token_.kind);
    if (precedence == 0 || precedence < min_precedence) return lhs;
    auto node = std::make_unique<BinaryExpr>();
    node->op = ToBinaryOp(token_.kind);
    node->op_pos = token_.range();
    const bool right_associative = Is(TokenKind::kPow);
    Advance();
    std::optional<VectorMatching> matching;
    if (!ParseBinaryModifiers(node.get(), &matching)) return nullptr;
    node->rhs = ParseBinary(right_associative ? precedence : precedence + 1);
    if (!node->rhs) return nullptr;
    node->lhs = std::move(lhs);
    node->matching = matching ? std::move(*matching) : VectorMatching{};
    if (IsSetOperator(node->op) && node->matching->card == Cardinality::kOneToOne) {
      node->matching->card = Cardinality::kManyToMany;
    }
    lhs = FinishBinary(std::move(node));
  }
  return lhs;
}

ExprPtr Parser::FinishBinary(std::unique_ptr<BinaryExpr> node) {
  const PositionRange pos{node->lhs->pos.start, node->rhs->pos.end};
  if (node->matching->fills() && !options_.fill_modifiers) {
    return Fail(pos, "binop fill modifiers are experimental and not enabled");
  }
  int left_depth = node->lhs->depth;
  if (const auto* left = TryAs<BinaryExpr>(*node->lhs)) {
    node->chain = left->chain + 1;
    --left_depth;  // one level with it
  }
  if (node->chain > options_.max_chain) {
    return Fail(node->op_pos, "expression has too many operators in a row, at most " +
                                  std::to_string(options_.max_chain) + " are allowed");
  }
  const bool scalar =
      node->lhs->type == ValueType::kScalar && node->rhs->type == ValueType::kScalar;
  node->type = scalar ? ValueType::kScalar : ValueType::kVector;
  const int depth = std::max(left_depth, node->rhs->depth);
  return Finish(std::move(node), pos, depth);
}

bool Parser::ParseBinaryModifiers(BinaryExpr* node, std::optional<VectorMatching>* matching) {
  if (Is(TokenKind::kBool)) {
    node->return_bool = true;
    Advance();
  }
  VectorMatching& out = matching->emplace();
  if (!Is(TokenKind::kOn) && !Is(TokenKind::kIgnoring)) return ParseFill(&out);
  out.on = Is(TokenKind::kOn);
  Advance();
  int end = 0;
  if (!ParseGrouping(&out.labels, &end)) return false;
  if (!Is(TokenKind::kGroupLeft) && !Is(TokenKind::kGroupRight)) return ParseFill(&out);
  out.card = Is(TokenKind::kGroupLeft) ? Cardinality::kManyToOne : Cardinality::kOneToMany;
  Advance();
  const bool includes = Is(TokenKind::kLeftParen) || !CanBeginExpr(token_.kind);
  if (includes && !ParseGrouping(&out.include, &end)) return false;
  return ParseFill(&out);
}

// fill(1); or fill_left(1) and fill_right(2), each or both, in any order
bool Parser::ParseFill(VectorMatching* matching) {
  if (Is(TokenKind::kFill)) {
    double value = 0;
    Advance();
    if (!ParseFillValue(&value)) return false;
    matching->fill_left = matching->fill_right = value;
    return true;
  }
  while (Is(TokenKind::kFillLeft) || Is(TokenKind::kFillRight)) {
    auto& side = Is(TokenKind::kFillLeft) ? matching->fill_left : matching->fill_right;
    if (side) return Reject(Unexpected());
    Advance();
    if (!ParseFillValue(&side.emplace())) return false;
  }
  return true;
}

bool Parser::ParseFillValue(double* value) {
  if (!Expect(TokenKind::kLeftParen)) return false;
  const bool negative = Is(TokenKind::kSub);
  if (negative || Is(TokenKind::kAdd)) Advance();
  if (!Is(TokenKind::kNumber) && !Is(TokenKind::kDuration)) return Reject(Unexpected());
  if (!ParseNumberValue(token_, value)) return false;
  if (negative) *value = -*value;
  Advance();
  return Expect(TokenKind::kRightParen);
}

bool Parser::ParseGrouping(std::vector<std::string>* labels, int* end) {
  constexpr std::string_view kContext = "grouping opts";
  if (!Is(TokenKind::kLeftParen)) return Reject(Unexpected(kContext, "\"(\""));
  Advance();
  while (!Is(TokenKind::kRightParen)) {
    if (Is(TokenKind::kString)) {
      labels->push_back(Unquote(token_.text));
      if (labels->back().empty()) {
        return Reject(Fail(token_.range(), "invalid label name for grouping: \"\""));
      }
    } else if (CanNameLabel(token_.kind)) {
      labels->emplace_back(token_.text);
    } else {
      return Reject(Unexpected(kContext, "label"));
    }
    Advance();
    if (Is(TokenKind::kRightParen)) break;
    if (!Is(TokenKind::kComma)) return Reject(Unexpected(kContext, "\",\" or \")\""));
    Advance();
  }
  *end = token_.range().end;
  Advance();
  return true;
}

ExprPtr Parser::ParseUnary() {
  if (!Is(TokenKind::kAdd) && !Is(TokenKind::kSub)) return ParsePostfix();
  const bool negative = Is(TokenKind::kSub);
  const PositionRange start = token_.range();
  Advance();
  ExprPtr operand = ParseBinary(kUnaryOperand);
  if (!operand) return nullptr;
  const PositionRange pos{start.start, operand->pos.end};
  if (auto* number = TryAs<NumberLiteral>(*operand)) {
    if (negative) number->value = -number->value;
    number->pos = pos;
    return operand;
  }
  auto node = std::make_unique<UnaryExpr>();
  node->negative = negative;
  node->type = operand->type;
  const int depth = operand->depth;
  node->operand = std::move(operand);
  return Finish(std::move(node), pos, depth);
}

ExprPtr Parser::ParsePostfix() {
  ExprPtr expr = ParsePrimary();
  while (expr) {
    if (Is(TokenKind::kLeftBracket)) {
      expr = ParseRange(std::move(expr));
    } else if (Is(TokenKind::kOffset)) {
      expr = ParseOffset(std::move(expr));
    } else if (Is(TokenKind::kAt)) {
      expr = ParseAt(std::move(expr));
    } else if (Is(TokenKind::kAnchored) || Is(TokenKind::kSmoothed)) {
      expr = ParseExtended(std::move(expr));
    } else {
      break;
    }
  }
  return expr;
}

ExprPtr Parser::ParsePrimary() {
  switch (token_.kind) {
    case TokenKind::kNumber:
    case TokenKind::kDuration:
      return ParseNumber();
    case TokenKind::kString: {
      auto node = std::make_unique<StringLiteral>();
      node->value = Unquote(token_.text);
      node->type = ValueType::kString;
      const PositionRange pos = token_.range();
      Advance();
      return Finish(std::move(node), pos, 0);
    }
    case TokenKind::kLeftParen:
      return ParseParen();
    case TokenKind::kLeftBrace:
      return ParseSelector(std::nullopt);
    default:
      if (CanNameMetric(token_.kind)) return ParseNamed();
      return Unexpected();
  }
}

ExprPtr Parser::ParseParen() {
  const int start = token_.pos;
  Advance();
  ExprPtr inner = ParseBinary(1);
  if (!inner || !Expect(TokenKind::kRightParen)) return nullptr;
  auto node = std::make_unique<ParenExpr>();
  node->type = inner->type;
  const int depth = inner->depth;
  node->inner = std::move(inner);
  return Finish(std::move(node), {start, last_end_}, depth);
}

ExprPtr Parser::ParseNumber() {
  auto node = std::make_unique<NumberLiteral>();
  if (!ParseNumberValue(token_, &node->value)) return nullptr;
  node->is_duration = Is(TokenKind::kDuration);
  node->type = ValueType::kScalar;
  const PositionRange pos = token_.range();
  Advance();
  return Finish(std::move(node), pos, 0);
}

ExprPtr Parser::ParseNamed() {
  const Token name = token_;
  Advance();
  if (name.kind == TokenKind::kAggregator &&
      (Is(TokenKind::kLeftParen) || Is(TokenKind::kBy) || Is(TokenKind::kWithout))) {
    return ParseAggregate(name);
  }
  const bool names_function =
      name.kind == TokenKind::kIdentifier || (options_.newer && name.kind >= TokenKind::kStart);
  if (names_function && Is(TokenKind::kLeftParen)) return ParseCall(name);
  return ParseSelector(name);
}

bool Parser::ParseArguments(Params* args, int* end) {
  if (!Expect(TokenKind::kLeftParen)) return false;
  while (!Is(TokenKind::kRightParen)) {
    ExprPtr arg = ParseBinary(1);
    if (!arg) return false;
    args->push_back(std::move(arg));
    if (!Is(TokenKind::kComma)) break;
    const PositionRange comma = token_.range();
    Advance();
    if (!Is(TokenKind::kError) && !CanBeginExpr(token_.kind)) {
      return Reject(Fail(comma, "trailing commas not allowed in function call args"));
    }
  }
  if (!Expect(TokenKind::kRightParen)) return false;
  *end = last_end_;
  return true;
}

// What is wrong with the arguments comes before what is with the name, as upstream has it.
ExprPtr Parser::ParseCall(const Token& name) {
  auto node = std::make_unique<CallExpr>();
  int end = 0;
  if (!ParseArguments(&node->args, &end)) return nullptr;
  node->function = FindFunction(name.text, options_.newer);
  if (node->function == nullptr) {
    return Fail(name.range(), "unknown function with name " + base::GoQuote(name.text));
  }
  if (node->function->experimental && !options_.experimental_functions) {
    return Fail(name.range(), "function " + base::GoQuote(name.text) + " is not enabled");
  }
  int depth = 0;
  for (const ExprPtr& arg : node->args) depth = std::max(depth, arg->depth);
  node->type = node->function->return_type;
  return Finish(std::move(node), {name.pos, end}, depth);
}

ExprPtr Parser::ParseAggregate(const Token& op) {
  const NestingLevel open(&aggregations_);
  auto node = std::make_unique<AggregateExpr>();
  node->op = op.aggregate;
  node->type = ValueType::kVector;
  int end = 0;
  const auto parse_modifier = [&] {
    node->without = Is(TokenKind::kWithout);
    Advance();
    return ParseGrouping(&node->grouping, &end);
  };
  const bool before = Is(TokenKind::kBy) || Is(TokenKind::kWithout);
  if (before && !parse_modifier()) return nullptr;
  Params args;
  if (!ParseArguments(&args, &end)) return nullptr;
  const bool modified = !before && (Is(TokenKind::kBy) || Is(TokenKind::kWithout));
  if (modified && !parse_modifier()) return nullptr;
  // Whether a modifier follows was to be looked at: what cannot be read there comes first.
  if (!before && !modified && Is(TokenKind::kError)) return Unexpected();
  node->pos = {op.pos, end};
  return MakeAggregate(std::move(node), std::move(args));
}

ExprPtr Parser::MakeAggregate(std::unique_ptr<AggregateExpr> node, Params args) {
  const PositionRange pos = node->pos;
  if (args.empty()) return Fail(pos, "no arguments for aggregate expression provided");
  const bool experimental =
      node->op == AggregateOp::kLimitk || node->op == AggregateOp::kLimitRatio;
  if (experimental && !options_.experimental_functions) {
    return Fail(pos, std::string(OpText(node->op)) +
                         "() is experimental and must be enabled with "
                         "--enable-feature=promql-experimental-functions");
  }
  const size_t wanted = TakesParameter(node->op) ? 2 : 1;
  if (args.size() != wanted) {
    return Fail(pos, "wrong number of arguments for aggregate expression provided, expected " +
                         std::to_string(wanted) + ", got " + std::to_string(args.size()));
  }
  int depth = 0;
  for (const ExprPtr& arg : args) depth = std::max(depth, arg->depth);
  if (wanted == 2) node->param = std::move(args[0]);
  node->operand = std::move(args[wanted - 1]);
  return Finish(std::move(node), pos, depth);
}

ParserOptions ParserOptions::All() {
  ParserOptions options;
  options.experimental_functions = options.duration_expressions = options.newer = true;
  options.extended_range_selectors = options.fill_modifiers = true;
  return options;
}

base::StatusOr<ExprPtr> ParseExpr(std::string_view text, const ParserOptions& options) {
  Parser parser(text, options);
  ExprPtr expr = parser.ParseAll();
  if (!expr) return parser.status();
  VEDETTE_RETURN_IF_ERROR(CheckTypes(text, expr.get()));
  MarkStepInvariant(expr.get());
  return expr;
}

base::StatusOr<std::vector<model::Matcher>> ParseMetricSelector(std::string_view text) {
  const ParserOptions options;
  Parser parser(text, options);
  const ExprPtr expr = parser.ParseAll();
  if (!expr) return parser.status();
  const auto* selector = TryAs<VectorSelector>(*expr);
  if (selector == nullptr || selector->time.HasAt() || selector->time.HasOffset()) {
    return ParseError(text, expr->pos.start, "expected a series selector and nothing else");
  }
  return selector->matchers;
}

}  // namespace vedette::promql
