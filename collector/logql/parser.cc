#include "collector/logql/parser.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/strings.h"
#include "collector/logql/lexer.h"

namespace vedette::logql {
namespace {

base::Status Nonsense(std::string_view what) {
  return base::InvalidArgument(base::Concat({"parse error : ", what}));
}

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

base::Status CheckMatchers(const std::vector<model::Matcher>& matchers) {
  const auto demands = [](const model::Matcher& m) {
    return (m.type() == model::MatchType::kEqual || m.type() == model::MatchType::kRegex) &&
           !m.MatchesEmpty();
  };
  if (std::any_of(matchers.begin(), matchers.end(), demands)) return {};
  return Nonsense(
      "queries require at least one regexp or equality matcher that does not have an "
      "empty-compatible value. For instance, app=~\".*\" does not meet this requirement, but "
      "app=~\".+\" will");
}

// Go's type name of an expression, as Loki's messages have it.
std::string_view GoType(const LogQuery& log) {
  return log.stages.empty() ? "*syntax.MatchersExpr" : "*syntax.PipelineExpr";
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  base::StatusOr<ExprPtr> ParseQuery() {
    VEDETTE_ASSIGN_OR_RETURN(ExprPtr expr, ParseExpr(0, 1));
    if (Peek().kind != TokenKind::kEnd) return Unexpected();
    return expr;
  }

  base::StatusOr<std::vector<model::Matcher>> ParseSelectorOnly() {
    VEDETTE_ASSIGN_OR_RETURN(std::vector<model::Matcher> matchers, ParseMatchers());
    if (Peek().kind != TokenKind::kEnd) return Unexpected();
    VEDETTE_RETURN_IF_ERROR(CheckMatchers(matchers));
    return matchers;
  }

 private:
  const Token& Peek(size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& Take() {
    const Token& token = Peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool AcceptOperator(std::string_view text) {
    if (!Peek().IsOperator(text)) return false;
    Take();
    return true;
  }
  bool AcceptKeyword(std::string_view text) {
    if (!Peek().IsKeyword(text)) return false;
    Take();
    return true;
  }
  base::Status Unexpected(std::string_view expecting = {}) const {
    return ParseError(Peek().line, Peek().column,
                      base::Concat({"syntax error: unexpected ", Peek().Name(),
                                    expecting.empty() ? "" : ", expecting ", expecting}));
  }
  base::Status ExpectOperator(std::string_view text) {
    return AcceptOperator(text) ? base::Status() : Unexpected(text);
  }
  base::Status NotYet(const Token& at, std::string_view what) const {
    return ParseError(at.line, at.column, base::Concat({what, " is not supported yet"}));
  }
  base::Status TooDeep() const {
    return ParseError(Peek().line, Peek().column, "query is nested too deeply");
  }

  // --- Expressions -----------------------------------------------------------------------------

  static base::StatusOr<ExprPtr> Make(Expr expr, int inner_depth) {
    expr.depth = inner_depth + 1;
    if (expr.depth > kMaxDepth) return Nonsense("query is nested too deeply");
    return std::make_unique<const Expr>(std::move(expr));
  }

  base::StatusOr<ExprPtr> ParseExpr(int min_precedence, int depth) {
    if (depth > kMaxDepth) return TooDeep();
    VEDETTE_ASSIGN_OR_RETURN(ExprPtr left, ParseUnit(depth + 1));
    while (const auto op = BinaryOpOf(Peek())) {
      const int precedence = Precedence(*op);
      if (precedence < min_precedence) break;
      Take();
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
    binary->return_bool = AcceptKeyword("bool");
    if (Peek().IsKeyword("on") || Peek().IsKeyword("ignoring")) {
      binary->matching = true;
      binary->on = Take().text == "on";
      VEDETTE_ASSIGN_OR_RETURN(binary->matching_labels, ParseNames());
    }
    if (Peek().IsKeyword("group_left") || Peek().IsKeyword("group_right")) {
      if (!binary->matching) return Unexpected();
      return NotYet(Peek(), Peek().text);
    }
    return {};
  }

  static base::StatusOr<ExprPtr> Combine(Binary binary) {
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

  base::StatusOr<ExprPtr> ParseUnit(int depth) {
    if (depth > kMaxDepth) return TooDeep();
    const Token& token = Peek();
    if (token.IsOperator("{")) return ParseLog();
    if (token.IsOperator("(")) return ParseParenthesised(depth);
    if (token.kind == TokenKind::kNumber || token.IsOperator("-") || token.IsOperator("+")) {
      return ParseLiteral();
    }
    if (token.kind == TokenKind::kFunction) return ParseFunction(depth);
    return Unexpected();
  }

  base::StatusOr<ExprPtr> ParseLiteral() {
    double sign = 1;
    if (Peek().IsOperator("-") || Peek().IsOperator("+")) {
      sign = Take().text == "-" ? -1 : 1;
      if (Peek().kind != TokenKind::kNumber) return Unexpected("NUMBER");
    }
    if (base::StartsWith(Peek().text, "0x")) {
      return Nonsense(base::Concat({"unable to parse literal as a float: ", Peek().text}));
    }
    return Make(Expr{Literal{sign * Take().number}, 1}, 0);
  }

  base::StatusOr<ExprPtr> ParseParenthesised(int depth) {
    Take();
    VEDETTE_ASSIGN_OR_RETURN(ExprPtr inner, ParseExpr(0, depth + 1));
    VEDETTE_RETURN_IF_ERROR(ExpectOperator(")"));
    if (!inner->IsLog()) return inner;
    // A selector in parentheses may go on as a pipeline.
    LogQuery log = CloneLog(std::get<LogQuery>(inner->node));
    VEDETTE_RETURN_IF_ERROR(ParseStages(&log));
    return Make(Expr{std::move(log), 1}, 0);
  }

  static LogQuery CloneLog(const LogQuery& log) {
    // The node is ours alone: its parse has just ended.
    return std::move(const_cast<LogQuery&>(log));
  }

  base::StatusOr<ExprPtr> ParseLog() {
    LogQuery log;
    VEDETTE_ASSIGN_OR_RETURN(log.matchers, ParseMatchers());
    VEDETTE_RETURN_IF_ERROR(CheckMatchers(log.matchers));
    VEDETTE_RETURN_IF_ERROR(ParseStages(&log));
    return Make(Expr{std::move(log), 1}, 0);
  }

  base::StatusOr<ExprPtr> ParseFunction(int depth) {
    const Token& name = Peek();
    if (const auto op = FunctionOf<RangeOp, 4>(name.text)) return ParseRangeAggregation(*op, depth);
    if (const auto op = FunctionOf<VectorOp, 7>(name.text)) {
      return ParseVectorAggregation(*op, depth);
    }
    if (name.text == "vector") return ParseVectorFunction();
    if (name.text == "ip" || name.text == "bytes" || name.text == "duration" ||
        name.text == "duration_seconds") {
      return Unexpected();
    }
    return NotYet(name, name.text);
  }

  base::StatusOr<ExprPtr> ParseVectorFunction() {
    Take();
    VEDETTE_RETURN_IF_ERROR(ExpectOperator("("));
    if (Peek().kind != TokenKind::kNumber) return Unexpected("NUMBER");
    const double value = Take().number;
    VEDETTE_RETURN_IF_ERROR(ExpectOperator(")"));
    return Make(Expr{VectorFunction{value}, 1}, 0);
  }

  base::StatusOr<ExprPtr> ParseRangeAggregation(RangeOp op, int depth) {
    Take();
    VEDETTE_RETURN_IF_ERROR(ExpectOperator("("));
    if (Peek().kind == TokenKind::kNumber) {
      return Nonsense(
          base::Concat({"parameter ", Peek().text, " not supported for operation ", OpText(op)}));
    }
    RangeAggregation aggregation;
    aggregation.op = op;
    VEDETTE_RETURN_IF_ERROR(ParseLogRange(&aggregation, depth + 1));
    if (aggregation.range_ns == 0) return Unexpected("RANGE or |");
    VEDETTE_RETURN_IF_ERROR(ExpectOperator(")"));
    if (Peek().IsKeyword("by") || Peek().IsKeyword("without")) {
      return Nonsense(base::Concat({"grouping not allowed for ", OpText(op), " aggregation"}));
    }
    return Make(Expr{std::move(aggregation), 1}, 0);
  }

  base::Status ParseLogRange(RangeAggregation* aggregation, int depth) {
    if (depth > kMaxDepth) return TooDeep();
    if (AcceptOperator("(")) {
      VEDETTE_RETURN_IF_ERROR(ParseLogRange(aggregation, depth + 1));
      VEDETTE_RETURN_IF_ERROR(ExpectOperator(")"));
    } else if (Peek().IsOperator("{")) {
      VEDETTE_ASSIGN_OR_RETURN(aggregation->log.matchers, ParseMatchers());
      VEDETTE_RETURN_IF_ERROR(CheckMatchers(aggregation->log.matchers));
      VEDETTE_RETURN_IF_ERROR(ParseStages(&aggregation->log));
    } else {
      return Unexpected("NUMBER or { or (");
    }
    if (aggregation->range_ns != 0 || Peek().kind != TokenKind::kRange) return {};
    aggregation->range_ns = Take().nanos;
    VEDETTE_RETURN_IF_ERROR(ParseOffset(aggregation));
    return ParseStages(&aggregation->log);
  }

  base::Status ParseOffset(RangeAggregation* aggregation) {
    if (!AcceptKeyword("offset")) return {};
    const bool negative = AcceptOperator("-");
    if (Peek().kind != TokenKind::kDuration) return Unexpected("DURATION");
    aggregation->offset_ns = Take().nanos * (negative ? -1 : 1);
    return {};
  }

  base::StatusOr<ExprPtr> ParseVectorAggregation(VectorOp op, int depth) {
    Take();
    VectorAggregation aggregation;
    aggregation.op = op;
    VEDETTE_RETURN_IF_ERROR(ParseGrouping(&aggregation));
    VEDETTE_RETURN_IF_ERROR(ExpectOperator("("));
    VEDETTE_RETURN_IF_ERROR(ParseParameter(&aggregation));
    VEDETTE_ASSIGN_OR_RETURN(aggregation.inner, ParseExpr(0, depth + 1));
    // A log expression here is a syntax error at what should have been its range.
    if (aggregation.inner->IsLog()) return Unexpected();
    VEDETTE_RETURN_IF_ERROR(ExpectOperator(")"));
    if (!aggregation.grouping) VEDETTE_RETURN_IF_ERROR(ParseGrouping(&aggregation));
    const int inner_depth = aggregation.inner->depth;
    return Make(Expr{std::move(aggregation), 1}, inner_depth);
  }

  base::Status ParseGrouping(VectorAggregation* aggregation) {
    if (!Peek().IsKeyword("by") && !Peek().IsKeyword("without")) return {};
    Grouping grouping;
    grouping.without = Take().text == "without";
    VEDETTE_ASSIGN_OR_RETURN(grouping.labels, ParseNames());
    aggregation->grouping = std::move(grouping);
    return {};
  }

  base::Status ParseParameter(VectorAggregation* aggregation) {
    const bool wanted = aggregation->op == VectorOp::kTopk || aggregation->op == VectorOp::kBottomk;
    const std::string_view name = OpText(aggregation->op);
    const bool given = Peek().kind == TokenKind::kNumber && Peek(1).IsOperator(",");
    if (!given && wanted && Peek().kind != TokenKind::kIdentifier) {
      return Nonsense(base::Concat({"parameter required for operation ", name}));
    }
    if (!given) return {};
    const Token& number = Take();
    Take();
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
    VEDETTE_RETURN_IF_ERROR(ExpectOperator("("));
    std::vector<std::string> names;
    if (AcceptOperator(")")) return names;
    while (true) {
      if (Peek().kind != TokenKind::kIdentifier) {
        return Unexpected(names.empty() ? "IDENTIFIER or )" : "IDENTIFIER");
      }
      names.push_back(Take().text);
      if (AcceptOperator(")")) return names;
      if (!AcceptOperator(",")) return Unexpected(", or )");
    }
  }

  // --- Selectors and pipelines -----------------------------------------------------------------

  static std::optional<model::MatchType> MatchTypeOf(const Token& token) {
    if (token.IsOperator("=")) return model::MatchType::kEqual;
    if (token.IsOperator("!=")) return model::MatchType::kNotEqual;
    if (token.IsOperator("=~")) return model::MatchType::kRegex;
    if (token.IsOperator("!~")) return model::MatchType::kNotRegex;
    return std::nullopt;
  }

  base::StatusOr<model::Matcher> MakeMatcher(const Token& at, model::MatchType type,
                                             std::string name, std::string value) const {
    auto matcher = model::Matcher::Make(type, std::move(name), std::move(value));
    if (matcher.ok()) return matcher;
    return ParseError(at.line, at.column, base::Message(matcher.status()));
  }

  base::StatusOr<std::vector<model::Matcher>> ParseMatchers() {
    VEDETTE_RETURN_IF_ERROR(ExpectOperator("{"));
    std::vector<model::Matcher> matchers;
    if (AcceptOperator("}")) return matchers;
    while (true) {
      if (Peek().kind != TokenKind::kIdentifier) {
        return Unexpected(matchers.empty() ? "IDENTIFIER or }" : "IDENTIFIER");
      }
      const Token& name = Take();
      const auto type = MatchTypeOf(Peek());
      if (!type) return Unexpected("= or =~ or !~ or !=");
      Take();
      if (Peek().kind != TokenKind::kString) return Unexpected("STRING");
      const Token& value = Take();
      VEDETTE_ASSIGN_OR_RETURN(model::Matcher matcher,
                               MakeMatcher(name, *type, name.text, value.text));
      matchers.push_back(std::move(matcher));
      if (AcceptOperator("}")) return matchers;
      if (!AcceptOperator(",")) return Unexpected("} or ,");
    }
  }

  base::Status ParseStages(LogQuery* log) {
    while (true) {
      const Token& token = Peek();
      if (token.IsOperator("|=") || token.IsOperator("|~") || token.IsOperator("!=") ||
          token.IsOperator("!~")) {
        VEDETTE_RETURN_IF_ERROR(ParseLineFilter(log));
      } else if (token.IsOperator("|>") || token.IsOperator("!>")) {
        return NotYet(token, "pattern filter");
      } else if (AcceptOperator("|")) {
        VEDETTE_RETURN_IF_ERROR(ParseStage(log));
      } else {
        return {};
      }
    }
  }

  base::Status ParseLineFilter(LogQuery* log) {
    const std::string sign = Take().text;
    LineFilterStage stage;
    stage.op = sign == "|="   ? LineFilterOp::kContains
               : sign == "!=" ? LineFilterOp::kNotContains
               : sign == "|~" ? LineFilterOp::kRegex
                              : LineFilterOp::kNotRegex;
    do {
      const Token& operand = Peek();
      if (operand.Is(TokenKind::kFunction, "ip")) return NotYet(operand, "ip()");
      if (operand.kind != TokenKind::kString) return Unexpected("STRING or ip");
      Take();
      stage.operands.push_back(operand.text);
    } while (AcceptKeyword("or"));
    log->stages.emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseStage(LogQuery* log) {
    const Token& token = Peek();
    if (token.kind == TokenKind::kKeyword) {
      if (token.text == "json") return ParseJson(log);
      if (token.text == "drop" || token.text == "keep") return ParseDropKeep(log);
      for (const std::string_view name : {"logfmt", "regexp", "unpack", "pattern", "line_format",
                                          "label_format", "unwrap", "decolorize"}) {
        if (token.text == name) return NotYet(token, name);
      }
      return Unexpected();
    }
    LabelFilterStage stage;
    VEDETTE_ASSIGN_OR_RETURN(stage.filter, ParseLabelFilter(0, 1));
    log->stages.emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseJson(LogQuery* log) {
    Take();
    if (Peek().kind == TokenKind::kIdentifier) return NotYet(Peek(), "json with expressions");
    log->stages.emplace_back(JsonStage{});
    return {};
  }

  base::Status ParseDropKeep(LogQuery* log) {
    DropKeepStage stage;
    stage.keep = Take().text == "keep";
    do {
      if (Peek().kind != TokenKind::kIdentifier) return Unexpected("IDENTIFIER");
      const Token& name = Take();
      DropKeepStage::Item item{name.text, std::nullopt};
      if (const auto type = MatchTypeOf(Peek())) {
        Take();
        if (Peek().kind != TokenKind::kString) return Unexpected("STRING");
        VEDETTE_ASSIGN_OR_RETURN(item.matcher, MakeMatcher(name, *type, name.text, Take().text));
      }
      stage.items.push_back(std::move(item));
    } while (AcceptOperator(","));
    log->stages.emplace_back(std::move(stage));
    return {};
  }

  // --- Label filters ---------------------------------------------------------------------------

  static LabelFilterPtr Join(bool is_and, LabelFilterPtr left, LabelFilterPtr right) {
    return std::make_unique<const LabelFilter>(
        LabelFilter{LabelFilter::Combine{is_and, std::move(left), std::move(right)}});
  }

  // `and` binds tighter than `or`; a comma or nothing is an `and` that takes all that follows.
  base::StatusOr<LabelFilterPtr> ParseLabelFilter(int min_precedence, int depth) {
    if (depth > kMaxDepth) return TooDeep();
    VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr left, ParseLabelFilterUnit(depth + 1));
    for (int length = 0;; ++length) {
      if (length > kMaxDepth) return TooDeep();
      const Token& token = Peek();
      const bool juxtaposed = token.kind == TokenKind::kIdentifier || token.IsOperator("(");
      if (token.IsOperator(",") || juxtaposed) {
        if (!juxtaposed) Take();
        VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr right, ParseLabelFilter(0, depth + 1));
        left = Join(true, std::move(left), std::move(right));
      } else if (token.IsKeyword("and") && min_precedence <= 2) {
        Take();
        VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr right, ParseLabelFilter(3, depth + 1));
        left = Join(true, std::move(left), std::move(right));
      } else if (token.IsKeyword("or") && min_precedence <= 1) {
        Take();
        VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr right, ParseLabelFilter(2, depth + 1));
        left = Join(false, std::move(left), std::move(right));
      } else {
        return left;
      }
    }
  }

  base::StatusOr<LabelFilterPtr> ParseLabelFilterUnit(int depth) {
    if (AcceptOperator("(")) {
      VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr inner, ParseLabelFilter(0, depth + 1));
      VEDETTE_RETURN_IF_ERROR(ExpectOperator(")"));
      return inner;
    }
    if (Peek().kind != TokenKind::kIdentifier) return Unexpected();
    const Token& name = Take();
    const Token& sign = Peek();
    if (sign.kind != TokenKind::kOperator) return Unexpected();
    const auto match = MatchTypeOf(sign);
    const auto compare = CompareOpOf(sign);
    if (!match && !compare) return Unexpected();
    Take();
    if (Peek().Is(TokenKind::kFunction, "ip")) {
      if (sign.text != "=" && sign.text != "!=") return Unexpected();
      return NotYet(Peek(), "ip()");
    }
    if (match && Peek().kind == TokenKind::kString) {
      VEDETTE_ASSIGN_OR_RETURN(model::Matcher matcher,
                               MakeMatcher(name, *match, name.text, Take().text));
      return std::make_unique<const LabelFilter>(
          LabelFilter{LabelFilter::String{std::move(matcher)}});
    }
    if (!compare) return Unexpected("STRING");
    return ParseComparison(name.text, *compare);
  }

  static std::optional<CompareOp> CompareOpOf(const Token& token) {
    if (token.IsOperator("=") || token.IsOperator("==")) return CompareOp::kEqual;
    if (token.IsOperator("!=")) return CompareOp::kNotEqual;
    if (token.IsOperator(">")) return CompareOp::kGreater;
    if (token.IsOperator(">=")) return CompareOp::kGreaterEqual;
    if (token.IsOperator("<")) return CompareOp::kLess;
    if (token.IsOperator("<=")) return CompareOp::kLessEqual;
    return std::nullopt;
  }

  base::StatusOr<LabelFilterPtr> ParseComparison(const std::string& name, CompareOp op) {
    double sign = 1;
    if (Peek().IsOperator("-") || Peek().IsOperator("+")) sign = Take().text == "-" ? -1 : 1;
    const Token& value = Peek();
    LabelFilter::Compare compare{name, op, LabelFilter::Unit::kNumber, value.number, value.text};
    if (value.kind == TokenKind::kDuration) {
      compare.unit = LabelFilter::Unit::kDuration;
      compare.value = static_cast<double>(value.nanos);
    } else if (value.kind == TokenKind::kBytes) {
      compare.unit = LabelFilter::Unit::kBytes;
    } else if (value.kind != TokenKind::kNumber) {
      return Unexpected();
    }
    compare.value *= sign;
    if (sign < 0) compare.text = base::Concat({"-", compare.text});
    Take();
    return std::make_unique<const LabelFilter>(LabelFilter{std::move(compare)});
  }

  const std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace

base::StatusOr<ExprPtr> Parse(std::string_view query) {
  VEDETTE_ASSIGN_OR_RETURN(std::vector<Token> tokens, Lex(query));
  return Parser(std::move(tokens)).ParseQuery();
}

base::StatusOr<std::vector<model::Matcher>> ParseSelector(std::string_view selector) {
  VEDETTE_ASSIGN_OR_RETURN(std::vector<Token> tokens, Lex(selector));
  return Parser(std::move(tokens)).ParseSelectorOnly();
}

}  // namespace vedette::logql
