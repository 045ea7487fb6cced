#include "collector/logql/parse/label_filter_parser.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "collector/logql/parse/selector_parser.h"

namespace vedette::logql {
namespace {

class LabelFilterParser {
 public:
  explicit LabelFilterParser(TokenStream* tokens) : tokens_(tokens) {}

  // `and` binds tighter than `or`; a comma or nothing is an `and` that takes all that follows.
  base::StatusOr<LabelFilterPtr> Parse(int min_precedence, int depth) {
    if (depth > kMaxDepth) return tokens_->TooDeep();
    VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr left, ParseUnit(depth + 1));
    for (int length = 0;; ++length) {
      if (length > kMaxDepth) return tokens_->TooDeep();
      const Token& token = tokens_->Peek();
      const bool juxtaposed = token.kind == TokenKind::kIdentifier || token.IsOperator("(");
      if (token.IsOperator(",") || juxtaposed) {
        if (!juxtaposed) tokens_->Take();
        VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr right, Parse(0, depth + 1));
        left = Join(true, std::move(left), std::move(right));
      } else if (token.IsKeyword("and") && min_precedence <= 2) {
        tokens_->Take();
        VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr right, Parse(3, depth + 1));
        left = Join(true, std::move(left), std::move(right));
      } else if (token.IsKeyword("or") && min_precedence <= 1) {
        tokens_->Take();
        VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr right, Parse(2, depth + 1));
        left = Join(false, std::move(left), std::move(right));
      } else {
        return left;
      }
    }
  }

 private:
  static LabelFilterPtr Join(bool is_and, LabelFilterPtr left, LabelFilterPtr right) {
    return std::make_unique<const LabelFilter>(
        LabelFilter{LabelFilter::Combine{is_and, std::move(left), std::move(right)}});
  }

  base::StatusOr<LabelFilterPtr> ParseUnit(int depth) {
    if (tokens_->AcceptOperator("(")) {
      VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr inner, Parse(0, depth + 1));
      VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
      return inner;
    }
    if (tokens_->Peek().kind != TokenKind::kIdentifier) return tokens_->Unexpected();
    const Token& name = tokens_->Take();
    const Token& sign = tokens_->Peek();
    if (sign.kind != TokenKind::kOperator) return tokens_->Unexpected();
    const auto match = MatchTypeOf(sign);
    const auto compare = CompareOpOf(sign);
    if (!match && !compare) return tokens_->Unexpected();
    tokens_->Take();
    if (tokens_->Peek().Is(TokenKind::kFunction, "ip")) {
      if (sign.text != "=" && sign.text != "!=") return tokens_->Unexpected();
      return ParseIp(name.text, sign.text == "!=");
    }
    if (match && tokens_->Peek().kind == TokenKind::kString) {
      VEDETTE_ASSIGN_OR_RETURN(model::Matcher matcher,
                               MakeMatcher(name, *match, name.text, tokens_->Take().text));
      return std::make_unique<const LabelFilter>(
          LabelFilter{LabelFilter::String{std::move(matcher)}});
    }
    if (!compare) return tokens_->Unexpected("STRING");
    return ParseComparison(name.text, *compare);
  }

  base::StatusOr<LabelFilterPtr> ParseIp(const std::string& name, bool negative) {
    VEDETTE_ASSIGN_OR_RETURN(std::string pattern, ParseIpPattern(tokens_));
    return std::make_unique<const LabelFilter>(
        LabelFilter{LabelFilter::Ip{name, negative, std::move(pattern)}});
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
    const bool signed_number = tokens_->Peek().IsOperator("-") || tokens_->Peek().IsOperator("+");
    if (signed_number) sign = tokens_->Take().text == "-" ? -1 : 1;
    const Token& value = tokens_->Peek();
    LabelFilter::Compare compare{name, op, LabelFilter::Unit::kNumber, value.number};
    if (value.kind == TokenKind::kNumber) {
      compare.value *= sign;
    } else if (signed_number) {
      return tokens_->Unexpected("NUMBER");
    } else if (value.kind == TokenKind::kDuration) {
      compare.unit = LabelFilter::Unit::kDuration;
      compare.value = static_cast<double>(value.nanos);
    } else if (value.kind == TokenKind::kBytes) {
      compare.unit = LabelFilter::Unit::kBytes;
    } else {
      return tokens_->Unexpected();
    }
    tokens_->Take();
    return std::make_unique<const LabelFilter>(LabelFilter{std::move(compare)});
  }

  TokenStream* const tokens_;
};

}  // namespace

base::StatusOr<LabelFilterPtr> ParseLabelFilter(TokenStream* tokens) {
  return LabelFilterParser(tokens).Parse(0, 1);
}

}  // namespace vedette::logql
