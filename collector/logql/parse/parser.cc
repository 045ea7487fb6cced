#include "collector/logql/parse/parser.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/logql/parse/lexer.h"
#include "collector/logql/parse/selector_parser.h"
#include "collector/logql/parse/stage_parser.h"
#include "collector/logql/parse/token_stream.h"

namespace vedette::logql {
namespace {

constexpr size_t kMaxQueryBytes = 128 << 10;

std::optional<BinaryOp> BinaryOpOf(const Token& token) {
  if (token.kind != TokenKind::kOperator && token.kind != TokenKind::kKeyword) return std::nullopt;
  for (int i = 0; i <= static_cast<int>(BinaryOp::kUnless); ++i) {
    const auto op = static_cast<BinaryOp>(i);
    if (OpText(op) == token.text) return op;
  }
  return std::nullopt;
}

int Precedence(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr:
      return 1;
    case BinaryOp::kAnd:
    case BinaryOp::kUnless:
      return 2;
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      return 4;
    case BinaryOp::kMul:
    case BinaryOp::kDiv:
    case BinaryOp::kMod:
      return 5;
    case BinaryOp::kPow:
      return 6;
    default:
      return 3;
  }
}

template <typename Op, int kCount>
std::optional<Op> FunctionOf(std::string_view name) {
  for (int i = 0; i < kCount; ++i) {
    if (OpText(static_cast<Op>(i)) == name) return static_cast<Op>(i);
  }
  return std::nullopt;
}

// Go's type name of an expression, as Loki's messages have it.
std::string_view GoType(const LogQuery& log) {
  return log.stages.empty() ? "*syntax.MatchersExpr" : "*syntax.PipelineExpr";
}

// Nodes are ours to change until the parse of their part ends.
using NewExpr = std::unique_ptr<Expr>;

class Parser {
 public:
  explicit Parser(TokenStream* tokens) : tokens_(tokens) {}

  base::StatusOr<NewExpr> ParseQuery() {
    VEDETTE_ASSIGN_OR_RETURN(NewExpr expr, ParseExpr(0, 1));
    if (tokens_->Peek().kind != TokenKind::kEnd) return tokens_->Unexpected();
    return expr;
  }

 private:
  base::StatusOr<NewExpr> Make(Expr expr, int inner_depth) const {
    expr.depth = inner_depth + 1;
    if (expr.depth > kMaxDepth) return tokens_->TooDeep();
    return std::make_unique<Expr>(std::move(expr));
  }

  base::StatusOr<NewExpr> ParseExpr(int min_precedence, int depth) {
    if (depth > kMaxDepth) return tokens_->TooDeep();
    VEDETTE_ASSIGN_OR_RETURN(NewExpr left, ParseUnit(depth + 1));
    while (const auto op = BinaryOpOf(tokens_->Peek())) {
      const int precedence = Precedence(*op);
      if (precedence < min_precedence) break;
      tokens_->Take();
      Binary binary;
      binary.op = *op;
      VEDETTE_RETURN_IF_ERROR(ParseModifiers(&binary));
      const int next = *op == BinaryOp::kPow ? precedence : precedence + 1;
      VEDETTE_ASSIGN_OR_RETURN(binary.right, ParseExpr(next, depth + 1));
      binary.left = std::move(left);
      VEDETTE_ASSIGN_OR_RETURN(left, Combine(std::move(binary)));
    }
    return left;
  }

  base::Status ParseModifiers(Binary* binary) {
    binary->return_bool = tokens_->AcceptKeyword("bool");
    if (tokens_->Peek().IsKeyword("on") || tokens_->Peek().IsKeyword("ignoring")) {
      binary->matching = true;
      binary->on = tokens_->Take().text == "on";
      VEDETTE_ASSIGN_OR_RETURN(binary->matching_labels, ParseNames());
    }
    if (tokens_->Peek().IsKeyword("group_left") || tokens_->Peek().IsKeyword("group_right")) {
      if (!binary->matching) return tokens_->Unexpected();
      return tokens_->NotYet(tokens_->Peek(), tokens_->Peek().text);
    }
    return {};
  }

  base::StatusOr<NewExpr> Combine(Binary binary) const {
    const std::string op(OpText(binary.op));
    for (const bool left : {true, false}) {
      const Expr& leg = left ? *binary.left : *binary.right;
      const std::string_view side = left ? "left" : "right";
      if (const auto* log = std::get_if<LogQuery>(&leg.node)) {
        return Nonsense(base::Concat(
            {"unexpected type for ", side, " leg of binary operation (", op, "): ", GoType(*log)}));
      }
      if (const auto* literal = std::get_if<Literal>(&leg.node); literal && IsSet(binary.op)) {
        char number[64];
        std::snprintf(number, sizeof(number), "%f", literal->value);
        return Nonsense(
            base::Concat({"unexpected literal for ", side, " leg of logical/set binary operation (",
                          op, "): ", number}));
      }
    }
    const auto* l = std::get_if<Literal>(&binary.left->node);
    const auto* r = std::get_if<Literal>(&binary.right->node);
    if (l && r) return Make(Expr{Literal{Arithmetic(binary.op, l->value, r->value)}, 1}, 0);
    const int depth = std::max(binary.left->depth, binary.right->depth);
    return Make(Expr{std::move(binary), 1}, depth);
  }

  base::StatusOr<NewExpr> ParseUnit(int depth) {
    if (depth > kMaxDepth) return tokens_->TooDeep();
    const Token& token = tokens_->Peek();
    if (token.IsOperator("{")) return ParseLog();
    if (token.IsOperator("(")) return ParseParenthesised(depth);
    if (token.kind == TokenKind::kNumber || token.IsOperator("-") || token.IsOperator("+")) {
      return ParseLiteral();
    }
    if (token.kind == TokenKind::kFunction) return ParseFunction(depth);
    return tokens_->Unexpected();
  }

  base::StatusOr<NewExpr> ParseLiteral() {
    double sign = 1;
    if (tokens_->Peek().IsOperator("-") || tokens_->Peek().IsOperator("+")) {
      sign = tokens_->Take().text == "-" ? -1 : 1;
      if (tokens_->Peek().kind != TokenKind::kNumber) return tokens_->Unexpected("NUMBER");
    }
    if (base::StartsWith(tokens_->Peek().text, "0x")) {
      return Nonsense(base::Concat({"unable to parse literal as a float: ", tokens_->Peek().text}));
    }
    return Make(Expr{Literal{sign * tokens_->Take().number}, 1}, 0);
  }

  base::StatusOr<NewExpr> ParseParenthesised(int depth) {
    tokens_->Take();
    VEDETTE_ASSIGN_OR_RETURN(NewExpr inner, ParseExpr(0, depth + 1));
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    if (!inner->IsLog()) return inner;
    // A selector in parentheses may go on as a pipeline.
    VEDETTE_RETURN_IF_ERROR(ParseStages(tokens_, &std::get<LogQuery>(inner->node).stages));
    return inner;
  }

  base::StatusOr<NewExpr> ParseLog() {
    LogQuery log;
    VEDETTE_ASSIGN_OR_RETURN(log.matchers, ParseMatchers(tokens_));
    VEDETTE_RETURN_IF_ERROR(CheckMatchers(log.matchers));
    VEDETTE_RETURN_IF_ERROR(ParseStages(tokens_, &log.stages));
    return Make(Expr{std::move(log), 1}, 0);
  }

  base::StatusOr<NewExpr> ParseFunction(int depth) {
    const Token& name = tokens_->Peek();
    if (const auto op = FunctionOf<RangeOp, 4>(name.text)) return ParseRangeAggregation(*op, depth);
    if (const auto op = FunctionOf<VectorOp, 7>(name.text)) {
      return ParseVectorAggregation(*op, depth);
    }
    if (name.text == "vector") return ParseVectorFunction();
    if (name.text == "ip" || name.text == "bytes" || name.text == "duration" ||
        name.text == "duration_seconds") {
      return tokens_->Unexpected();
    }
    return tokens_->NotYet(name, name.text);
  }

  base::StatusOr<NewExpr> ParseVectorFunction() {
    tokens_->Take();
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    if (tokens_->Peek().kind != TokenKind::kNumber) return tokens_->Unexpected("NUMBER");
    const double value = tokens_->Take().number;
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    return Make(Expr{VectorFunction{value}, 1}, 0);
  }

  base::StatusOr<NewExpr> ParseRangeAggregation(RangeOp op, int depth) {
    tokens_->Take();
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    if (tokens_->Peek().kind == TokenKind::kNumber) {
      return Nonsense(base::Concat(
          {"parameter ", tokens_->Peek().text, " not supported for operation ", OpText(op)}));
    }
    RangeAggregation aggregation;
    aggregation.op = op;
    VEDETTE_RETURN_IF_ERROR(ParseLogRange(&aggregation, depth + 1));
    if (aggregation.range_ns == 0) return tokens_->Unexpected("RANGE or |");
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    if (tokens_->Peek().IsKeyword("by") || tokens_->Peek().IsKeyword("without")) {
      return Nonsense(base::Concat({"grouping not allowed for ", OpText(op), " aggregation"}));
    }
    return Make(Expr{std::move(aggregation), 1}, 0);
  }

  base::Status ParseLogRange(RangeAggregation* aggregation, int depth) {
    if (depth > kMaxDepth) return tokens_->TooDeep();
    if (tokens_->AcceptOperator("(")) {
      VEDETTE_RETURN_IF_ERROR(ParseLogRange(aggregation, depth + 1));
      VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    } else if (tokens_->Peek().IsOperator("{")) {
      VEDETTE_ASSIGN_OR_RETURN(aggregation->log.matchers, ParseMatchers(tokens_));
      VEDETTE_RETURN_IF_ERROR(CheckMatchers(aggregation->log.matchers));
      VEDETTE_RETURN_IF_ERROR(ParseStages(tokens_, &aggregation->log.stages));
    } else {
      return tokens_->Unexpected("NUMBER or { or (");
    }
    if (aggregation->range_ns != 0 || tokens_->Peek().kind != TokenKind::kRange) return {};
    aggregation->range_ns = tokens_->Take().nanos;
    VEDETTE_RETURN_IF_ERROR(ParseOffset(aggregation));
    return ParseStages(tokens_, &aggregation->log.stages);
  }

  base::Status ParseOffset(RangeAggregation* aggregation) {
    if (!tokens_->AcceptKeyword("offset")) return {};
    const bool negative = tokens_->AcceptOperator("-");
    if (tokens_->Peek().kind != TokenKind::kDuration) return tokens_->Unexpected("DURATION");
    aggregation->offset_ns = tokens_->Take().nanos * (negative ? -1 : 1);
    return {};
  }

  base::StatusOr<NewExpr> ParseVectorAggregation(VectorOp op, int depth) {
    tokens_->Take();
    VectorAggregation aggregation;
    aggregation.op = op;
    VEDETTE_RETURN_IF_ERROR(ParseGrouping(&aggregation));
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    VEDETTE_RETURN_IF_ERROR(ParseParameter(&aggregation));
    VEDETTE_ASSIGN_OR_RETURN(aggregation.inner, ParseExpr(0, depth + 1));
    // A log expression here is a syntax error at what should have been its range.
    if (aggregation.inner->IsLog()) return tokens_->Unexpected();
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    if (!aggregation.grouping) VEDETTE_RETURN_IF_ERROR(ParseGrouping(&aggregation));
    const int inner_depth = aggregation.inner->depth;
    return Make(Expr{std::move(aggregation), 1}, inner_depth);
  }

  base::Status ParseGrouping(VectorAggregation* aggregation) {
    if (!tokens_->Peek().IsKeyword("by") && !tokens_->Peek().IsKeyword("without")) return {};
    Grouping grouping;
    grouping.without = tokens_->Take().text == "without";
    VEDETTE_ASSIGN_OR_RETURN(grouping.labels, ParseNames());
    aggregation->grouping = std::move(grouping);
    return {};
  }

  base::Status ParseParameter(VectorAggregation* aggregation) {
    const bool wanted = aggregation->op == VectorOp::kTopk || aggregation->op == VectorOp::kBottomk;
    const std::string_view name = OpText(aggregation->op);
    const bool given =
        tokens_->Peek().kind == TokenKind::kNumber && tokens_->Peek(1).IsOperator(",");
    if (!given && wanted && tokens_->Peek().kind != TokenKind::kIdentifier) {
      return Nonsense(base::Concat({"parameter required for operation ", name}));
    }
    if (!given) return {};
    const Token& number = tokens_->Take();
    tokens_->Take();
    if (!wanted) {
      return Nonsense(
          base::Concat({"unsupported parameter for operation ", name, "(", number.text, ","}));
    }
    const double value = number.number;
    if (value != std::floor(value) || std::fabs(value) > 1e9) {
      return Nonsense(base::Concat({"invalid parameter ", name, "(", number.text, ","}));
    }
    if (value <= 0) {
      return Nonsense(
          base::Concat({"invalid parameter (must be greater than 0) ", name, "(", number.text}));
    }
    aggregation->parameter = static_cast<int64_t>(value);
    return {};
  }

  base::StatusOr<std::vector<std::string>> ParseNames() {
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    std::vector<std::string> names;
    if (tokens_->AcceptOperator(")")) return names;
    while (true) {
      if (tokens_->Peek().kind != TokenKind::kIdentifier) {
        return tokens_->Unexpected(names.empty() ? "IDENTIFIER or )" : "IDENTIFIER");
      }
      names.push_back(tokens_->Take().text);
      if (tokens_->AcceptOperator(")")) return names;
      if (!tokens_->AcceptOperator(",")) return tokens_->Unexpected(", or )");
    }
  }

  TokenStream* const tokens_;
};

// A token takes far more memory than its text: what is longer than Loki takes is not cut into them.
base::StatusOr<TokenStream> Tokens(std::string_view query) {
  if (query.size() > kMaxQueryBytes) {
    return Nonsense(base::Concat({"input size too long (", std::to_string(query.size()), " > ",
                                  std::to_string(kMaxQueryBytes), ")"}));
  }
  VEDETTE_ASSIGN_OR_RETURN(std::vector<Token> tokens, Lex(query));
  return TokenStream(std::move(tokens));
}

}  // namespace

base::StatusOr<ExprPtr> Parse(std::string_view query) {
  VEDETTE_ASSIGN_OR_RETURN(TokenStream tokens, Tokens(query));
  VEDETTE_ASSIGN_OR_RETURN(NewExpr expr, Parser(&tokens).ParseQuery());
  return expr;
}

base::StatusOr<std::vector<model::Matcher>> ParseSelector(std::string_view selector) {
  VEDETTE_ASSIGN_OR_RETURN(TokenStream tokens, Tokens(selector));
  VEDETTE_ASSIGN_OR_RETURN(std::vector<model::Matcher> matchers, ParseMatchers(&tokens));
  if (tokens.Peek().kind != TokenKind::kEnd) return tokens.Unexpected();
  VEDETTE_RETURN_IF_ERROR(CheckMatchers(matchers));
  return matchers;
}

}  // namespace vedette::logql
