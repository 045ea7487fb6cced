#include "collector/logql/parse/stage_parser.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collector/logql/parse/label_filter_parser.h"
#include "collector/logql/parse/selector_parser.h"

namespace vedette::logql {
namespace {

class StageParser {
 public:
  StageParser(TokenStream* tokens, std::vector<Stage>* stages) : tokens_(tokens), stages_(stages) {}

  base::Status Run() {
    while (true) {
      const Token& token = tokens_->Peek();
      if (token.IsOperator("|=") || token.IsOperator("|~") || token.IsOperator("!=") ||
          token.IsOperator("!~")) {
        VEDETTE_RETURN_IF_ERROR(ParseLineFilter());
      } else if (token.IsOperator("|>") || token.IsOperator("!>")) {
        return tokens_->NotYet(token, "pattern filter");
      } else if (tokens_->AcceptOperator("|")) {
        VEDETTE_RETURN_IF_ERROR(ParseStage());
      } else {
        return {};
      }
    }
  }

 private:
  base::Status ParseLineFilter() {
    const std::string sign = tokens_->Take().text;
    LineFilterStage stage;
    stage.op = sign == "|="   ? LineFilterOp::kContains
               : sign == "!=" ? LineFilterOp::kNotContains
               : sign == "|~" ? LineFilterOp::kRegex
                              : LineFilterOp::kNotRegex;
    do {
      const Token& operand = tokens_->Peek();
      if (operand.Is(TokenKind::kFunction, "ip")) return tokens_->NotYet(operand, "ip()");
      if (operand.kind != TokenKind::kString) return tokens_->Unexpected("STRING or ip");
      tokens_->Take();
      stage.operands.push_back(operand.text);
    } while (tokens_->AcceptKeyword("or"));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseStage() {
    const Token& token = tokens_->Peek();
    if (token.kind == TokenKind::kKeyword) {
      if (token.text == "json") return ParseJson();
      if (token.text == "drop" || token.text == "keep") return ParseDropKeep();
      for (const std::string_view name : {"logfmt", "regexp", "unpack", "pattern", "line_format",
                                          "label_format", "unwrap", "decolorize"}) {
        if (token.text == name) return tokens_->NotYet(token, name);
      }
      return tokens_->Unexpected();
    }
    LabelFilterStage stage;
    VEDETTE_ASSIGN_OR_RETURN(stage.filter, ParseLabelFilter(tokens_));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseJson() {
    tokens_->Take();
    if (tokens_->Peek().kind == TokenKind::kIdentifier)
      return tokens_->NotYet(tokens_->Peek(), "json with expressions");
    stages_->emplace_back(JsonStage{});
    return {};
  }

  base::Status ParseDropKeep() {
    DropKeepStage stage;
    stage.keep = tokens_->Take().text == "keep";
    do {
      if (tokens_->Peek().kind != TokenKind::kIdentifier) return tokens_->Unexpected("IDENTIFIER");
      const Token& name = tokens_->Take();
      DropKeepStage::Item item{name.text, std::nullopt};
      if (const auto type = MatchTypeOf(tokens_->Peek())) {
        tokens_->Take();
        if (tokens_->Peek().kind != TokenKind::kString) return tokens_->Unexpected("STRING");
        VEDETTE_ASSIGN_OR_RETURN(item.matcher,
                                 MakeMatcher(name, *type, name.text, tokens_->Take().text));
      }
      stage.items.push_back(std::move(item));
    } while (tokens_->AcceptOperator(","));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  TokenStream* const tokens_;
  std::vector<Stage>* const stages_;
};

}  // namespace

base::Status ParseStages(TokenStream* tokens, std::vector<Stage>* stages) {
  return StageParser(tokens, stages).Run();
}

}  // namespace vedette::logql
