#include "collector/logql/parse/range_parser.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "collector/logql/parse/grouping_parser.h"
#include "collector/logql/parse/label_filter_parser.h"
#include "collector/logql/parse/selector_parser.h"
#include "collector/logql/parse/stage_parser.h"

namespace vedette::logql {
namespace {

// What a function may go with.
bool MayGroup(RangeOp op) {
  switch (op) {
    case RangeOp::kAvgOverTime:
    case RangeOp::kStddevOverTime:
    case RangeOp::kStdvarOverTime:
    case RangeOp::kQuantileOverTime:
    case RangeOp::kMaxOverTime:
    case RangeOp::kMinOverTime:
    case RangeOp::kFirstOverTime:
    case RangeOp::kLastOverTime:
      return true;
    default:
      return false;
  }
}

bool CountsLines(RangeOp op) {
  return op == RangeOp::kCountOverTime || op == RangeOp::kBytesRate ||
         op == RangeOp::kBytesOverTime;
}

bool MayLackUnwrap(RangeOp op) {
  return CountsLines(op) || op == RangeOp::kRate || op == RangeOp::kAbsentOverTime;
}

base::Status Check(const RangeAggregation& range) {
  const std::string_view name = OpText(range.op);
  if (range.op == RangeOp::kQuantileOverTime && !range.parameter) {
    return Nonsense(base::Concat({"parameter required for operation ", name}));
  }
  if (range.grouping && !MayGroup(range.op)) {
    return Nonsense(base::Concat({"grouping not allowed for ", name, " aggregation"}));
  }
  if (range.unwrap && CountsLines(range.op)) {
    return Nonsense(base::Concat({"invalid aggregation ", name, " with unwrap"}));
  }
  if (!range.unwrap && !MayLackUnwrap(range.op)) {
    return Nonsense(base::Concat({"invalid aggregation ", name, " without unwrap"}));
  }
  return {};
}

class RangeParser {
 public:
  RangeParser(TokenStream* tokens, RangeAggregation* range) : tokens_(tokens), range_(range) {}

  // The inside of the function's parentheses.
  base::Status Run(int depth) {
    if (tokens_->Peek().kind == TokenKind::kNumber) VEDETTE_RETURN_IF_ERROR(ParseParameter());
    return ParseLogRange(depth, range_->parameter ? "{ or (" : "NUMBER or { or (");
  }

 private:
  base::Status ParseParameter() {
    const Token& number = tokens_->Take();
    if (!tokens_->Peek().IsOperator(",")) return tokens_->Unexpected(",");
    if (range_->op != RangeOp::kQuantileOverTime) {
      return Nonsense(base::Concat(
          {"parameter ", number.text, " not supported for operation ", OpText(range_->op)}));
    }
    tokens_->Take();
    range_->parameter = number.number;
    return {};
  }

  // A selector with its stages on one side of the range. Parentheses may stand around all of it, or
  // around the part before the range.
  base::Status ParseLogRange(int depth, std::string_view expecting) {
    if (depth > kMaxDepth) return tokens_->TooDeep();
    if (tokens_->AcceptOperator("(")) {
      if (!tokens_->Peek().IsOperator("{")) {
        VEDETTE_RETURN_IF_ERROR(ParseLogRange(depth + 1, "{ or ("));
        return tokens_->ExpectOperator(")");
      }
      VEDETTE_RETURN_IF_ERROR(ParsePipeline());
      if (tokens_->Peek().kind == TokenKind::kRange) {
        VEDETTE_RETURN_IF_ERROR(ParseRange(true));
        return tokens_->ExpectOperator(")");
      }
      VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator(")"));
      return ParseRange(false);
    }
    if (!tokens_->Peek().IsOperator("{")) return tokens_->Unexpected(expecting);
    VEDETTE_RETURN_IF_ERROR(ParsePipeline());
    return ParseRange(true);
  }

  base::Status ParsePipeline() {
    VEDETTE_ASSIGN_OR_RETURN(range_->log.matchers, ParseMatchers(tokens_));
    VEDETTE_RETURN_IF_ERROR(CheckMatchers(range_->log.matchers));
    return ParseStagesAndUnwrap();
  }

  base::Status ParseStagesAndUnwrap() {
    VEDETTE_RETURN_IF_ERROR(ParseStages(tokens_, &range_->log.stages));
    return ParseUnwrap();
  }

  // What may stand behind the range: stages where none stood before it, `stages` or not.
  base::Status ParseRange(bool stages) {
    if (tokens_->Peek().kind != TokenKind::kRange) return tokens_->Unexpected("RANGE or |");
    range_->range_ns = tokens_->Take().nanos;
    VEDETTE_RETURN_IF_ERROR(ParseOffset());
    if (!range_->log.stages.empty() || range_->unwrap) return {};
    return stages ? ParseStagesAndUnwrap() : ParseUnwrap();
  }

  base::Status ParseOffset() {
    if (!tokens_->AcceptKeyword("offset")) return {};
    if (tokens_->Peek().kind != TokenKind::kDuration) return tokens_->Unexpected("DURATION");
    range_->offset_ns = tokens_->Take().nanos;
    return {};
  }

  base::Status ParseUnwrap() {
    if (!tokens_->Peek().IsOperator("|") || !tokens_->Peek(1).IsKeyword("unwrap")) return {};
    tokens_->Take();
    tokens_->Take();
    Unwrap unwrap;
    VEDETTE_RETURN_IF_ERROR(ParseUnwrapped(&unwrap));
    while (tokens_->AcceptOperator("|")) {
      VEDETTE_ASSIGN_OR_RETURN(LabelFilterPtr filter, ParseLabelFilter(tokens_));
      unwrap.filters.push_back(std::move(filter));
    }
    range_->unwrap = std::move(unwrap);
    return {};
  }

  // label, or conversion(label)
  base::Status ParseUnwrapped(Unwrap* unwrap) {
    const Token& token = tokens_->Peek();
    bool converted = false;
    for (const auto conversion : {Unwrap::Conversion::kBytes, Unwrap::Conversion::kDuration,
                                  Unwrap::Conversion::kDurationSeconds}) {
      if (!token.Is(TokenKind::kFunction, ConversionText(conversion))) continue;
      unwrap->conversion = conversion;
      converted = true;
    }
    if (converted) {
      tokens_->Take();
      VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("("));
    }
    if (tokens_->Peek().kind != TokenKind::kIdentifier) {
      return tokens_->Unexpected(
          converted ? "IDENTIFIER"
                    : "IDENTIFIER or BYTES_CONV or DURATION_CONV or DURATION_SECONDS_CONV");
    }
    unwrap->label = tokens_->Take().text;
    return converted ? tokens_->ExpectOperator(")") : base::Status();
  }

  TokenStream* const tokens_;
  RangeAggregation* const range_;
};

}  // namespace

base::StatusOr<RangeAggregation> ParseRangeAggregation(TokenStream* tokens, RangeOp op, int depth) {
  tokens->Take();
  VEDETTE_RETURN_IF_ERROR(tokens->ExpectOperator("("));
  RangeAggregation range;
  range.op = op;
  VEDETTE_RETURN_IF_ERROR(RangeParser(tokens, &range).Run(depth + 1));
  VEDETTE_RETURN_IF_ERROR(tokens->ExpectOperator(")"));
  VEDETTE_ASSIGN_OR_RETURN(range.grouping, ParseGrouping(tokens));
  VEDETTE_RETURN_IF_ERROR(Check(range));
  return range;
}

}  // namespace vedette::logql
