#include "collector/logql/parse/parser.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/regex.h"
#include "base/strings.h"
#include "collector/logql/parse/grouping_parser.h"
#include "collector/logql/parse/lexer.h"
#include "collector/logql/parse/range_parser.h"
#include "collector/logql/parse/selector_parser.h"
#include "collector/logql/parse/stage_parser.h"
#include "collector/logql/parse/token_stream.h"

namespace vedette::logql {
namespace {

constexpr size_t kMaxQueryBytes = 128 << 10;

std::optional<BinaryOp> BinaryOpOf(const Token& token) {
  if (token.kind != TokenKind::kOperator && token.kind != TokenKind::kKeyword) return std::nullopt;
  return BinaryOpNamed(token.text);
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
    if (!tokens_->Peek().IsKeyword("on") && !tokens_->Peek().IsKeyword("ignoring")) return {};
    binary->matching = true;
    binary->on = tokens_->Take().text == "on";
    VEDETTE_ASSIGN_OR_RETURN(binary->matching_labels, ParseNames(tokens_));
    const bool left = tokens_->Peek().IsKeyword("group_left");
    if (!left && !tokens_->Peek().IsKeyword("group_right")) return {};
    tokens_->Take();
    binary->group = left ? Binary::Group::kLeft : Binary::Group::kRight;
    if (!tokens_->Peek().IsOperator("(")) return {};
    VEDETTE_ASSIGN_OR_RETURN(std::vector<std::string> include, ParseNames(tokens_));
    if (!include.empty()) binary->include = std::move(include);
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
    VEDETTE_RETURN_IF_ERROR(CheckLiteral(tokens_->Peek()));
    return Make(Expr{Literal{sign * tokens_->Take().number}, 1}, 0);
  }

  base::StatusOr<NewExpr> ParseParenthesised(int depth) {
    tokens_->Take();
    VEDETTE_ASSIGN_OR_RETURN(NewExpr inner, ParseExpr(0, depth + 1));
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
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
    if (const auto op = RangeOpNamed(name.text)) {
      VEDETTE_ASSIGN_OR_RETURN(RangeAggregation range, ParseRangeAggregation(tokens_, *op, depth));
      return Make(Expr{std::move(range), 1}, 0);
    }
    if (const auto op = VectorOpNamed(name.text)) return ParseVectorAggregation(*op, depth);
    if (name.text == "vector") return ParseVectorFunction();
    if (name.text == "label_replace") return ParseLabelReplace(depth);
    return tokens_->Unexpected();
  }

  base::StatusOr<NewExpr> ParseVectorFunction() {
    tokens_->Take();
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    if (tokens_->Peek().kind != TokenKind::kNumber) return tokens_->Unexpected("NUMBER");
    const double value = tokens_->Take().number;
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    return Make(Expr{VectorFunction{value}, 1}, 0);
  }

  base::StatusOr<NewExpr> ParseLabelReplace(int depth) {
    tokens_->Take();
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    LabelReplace replace;
    VEDETTE_ASSIGN_OR_RETURN(replace.inner, ParseMetric(depth + 1));
    for (std::string* const text :
         {&replace.destination, &replace.replacement, &replace.source, &replace.regex}) {
      VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(","));
      if (tokens_->Peek().kind != TokenKind::kString) return tokens_->Unexpected("STRING");
      *text = tokens_->Take().text;
    }
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    if (const auto regex = base::CompileRegex(replace.regex); !regex.ok()) {
      return Nonsense(
          base::Concat({"invalid regex in label_replace: ", base::Message(regex.status())}));
    }
    const int inner_depth = replace.inner->depth;
    return Make(Expr{std::move(replace), 1}, inner_depth);
  }

  // A log expression here is a syntax error at what should have been its range.
  base::StatusOr<NewExpr> ParseMetric(int depth) {
    VEDETTE_ASSIGN_OR_RETURN(NewExpr expr, ParseExpr(0, depth));
    if (expr->IsLog()) return tokens_->Unexpected();
    return expr;
  }

  base::StatusOr<NewExpr> ParseVectorAggregation(VectorOp op, int depth) {
    tokens_->Take();
    VectorAggregation aggregation;
    aggregation.op = op;
    VEDETTE_ASSIGN_OR_RETURN(aggregation.grouping, ParseGrouping(tokens_));
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    VEDETTE_RETURN_IF_ERROR(ParseParameter(&aggregation));
    VEDETTE_ASSIGN_OR_RETURN(aggregation.inner, ParseMetric(depth + 1));
    VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
    if (!aggregation.grouping) {
      VEDETTE_ASSIGN_OR_RETURN(aggregation.grouping, ParseGrouping(tokens_));
    }
    VEDETTE_RETURN_IF_ERROR(CheckGrouping(aggregation));
    const int inner_depth = aggregation.inner->depth;
    return Make(Expr{std::move(aggregation), 1}, inner_depth);
  }

  static base::Status CheckGrouping(const VectorAggregation& aggregation) {
    if (!aggregation.grouping) return {};
    if (aggregation.op == VectorOp::kApproxTopk) {
      return Nonsense("grouping not allowed for approx_topk aggregation");
    }
    const bool sorts = aggregation.op == VectorOp::kSort || aggregation.op == VectorOp::kSortDesc;
    if (!sorts || aggregation.grouping->labels.empty()) return {};
    return Nonsense("sort and sort_desc doesn't allow grouping by ");
  }

  base::Status ParseParameter(VectorAggregation* aggregation) {
    const bool wanted = TakesParameter(aggregation->op);
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
    const auto value = base::ParseInt(number.text);
    if (!value) return Nonsense(base::Concat({"invalid parameter ", name, "(", number.text, ","}));
    if (*value <= 0) {
      return Nonsense(
          base::Concat({"invalid parameter (must be greater than 0) ", name, "(", number.text}));
    }
    aggregation->parameter = *value;
    return {};
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
