#include "collector/logql/parse/stage_parser.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "collector/logql/parse/label_filter_parser.h"
#include "collector/logql/parse/line_pattern.h"
#include "collector/logql/parse/line_regex.h"
#include "collector/logql/parse/selector_parser.h"

namespace vedette::logql {
namespace {

std::optional<LineFilterOp> LineFilterOpOf(const Token& token) {
  if (token.IsOperator("|=")) return LineFilterOp::kContains;
  if (token.IsOperator("!=")) return LineFilterOp::kNotContains;
  if (token.IsOperator("|~")) return LineFilterOp::kRegex;
  if (token.IsOperator("!~")) return LineFilterOp::kNotRegex;
  if (token.IsOperator("|>")) return LineFilterOp::kPattern;
  if (token.IsOperator("!>")) return LineFilterOp::kNotPattern;
  return std::nullopt;
}

class StageParser {
 public:
  StageParser(TokenStream* tokens, std::vector<Stage>* stages) : tokens_(tokens), stages_(stages) {}

  base::Status Run() {
    while (true) {
      if (const auto op = LineFilterOpOf(tokens_->Peek())) {
        VEDETTE_RETURN_IF_ERROR(ParseLineFilter(*op));
      } else if (tokens_->Peek().IsOperator("|") && !tokens_->Peek(1).IsKeyword("unwrap")) {
        tokens_->Take();
        VEDETTE_RETURN_IF_ERROR(ParseStage());
      } else {
        return {};
      }
    }
  }

 private:
  base::Status ParseLineFilter(LineFilterOp op) {
    tokens_->Take();
    LineFilterStage stage;
    stage.op = op;
    do {
      LineFilterStage::Operand operand;
      operand.ip = tokens_->Peek().Is(TokenKind::kFunction, "ip");
      if (operand.ip) {
        VEDETTE_ASSIGN_OR_RETURN(operand.text, ParseIpPattern(tokens_));
      } else {
        VEDETTE_ASSIGN_OR_RETURN(operand.text, ParseString("STRING or ip"));
      }
      stage.operands.push_back(std::move(operand));
    } while (tokens_->AcceptKeyword("or"));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseStage() {
    if (tokens_->Peek().kind == TokenKind::kKeyword) return ParseNamedStage();
    LabelFilterStage stage;
    VEDETTE_ASSIGN_OR_RETURN(stage.filter, ParseLabelFilter(tokens_));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseNamedStage() {
    const std::string& name = tokens_->Peek().text;
    if (name == "json") return ParseJson();
    if (name == "logfmt") return ParseLogfmt();
    if (name == "regexp") return ParseRegexp();
    if (name == "pattern") return ParsePattern();
    if (name == "line_format") return ParseLineFormat();
    if (name == "label_format") return ParseLabelFormat();
    if (name == "drop" || name == "keep") return ParseDropKeep();
    if (name == "unpack") {
      stages_->emplace_back(UnpackStage{});
    } else if (name == "decolorize") {
      stages_->emplace_back(DecolorizeStage{});
    } else {
      return tokens_->Unexpected();
    }
    tokens_->Take();
    return {};
  }

  base::StatusOr<std::string> ParseString(std::string_view expecting = "STRING") {
    if (tokens_->Peek().kind != TokenKind::kString) return tokens_->Unexpected(expecting);
    return tokens_->Take().text;
  }

  base::StatusOr<std::string> ParseIdentifier() {
    if (tokens_->Peek().kind != TokenKind::kIdentifier) return tokens_->Unexpected("IDENTIFIER");
    return tokens_->Take().text;
  }

  // a="b.c", d; nothing where no name stands.
  base::Status ParseExtractions(std::vector<Extraction>* extractions) {
    if (tokens_->Peek().kind != TokenKind::kIdentifier) return {};
    do {
      Extraction extraction;
      VEDETTE_ASSIGN_OR_RETURN(extraction.name, ParseIdentifier());
      extraction.path = extraction.name;
      if (tokens_->AcceptOperator("=")) {
        VEDETTE_ASSIGN_OR_RETURN(extraction.path, ParseString());
      }
      extractions->push_back(std::move(extraction));
    } while (tokens_->AcceptOperator(","));
    return {};
  }

  base::Status ParseJson() {
    tokens_->Take();
    JsonStage stage;
    VEDETTE_RETURN_IF_ERROR(ParseExtractions(&stage.extractions));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseLogfmt() {
    tokens_->Take();
    LogfmtStage stage;
    while (tokens_->Peek().kind == TokenKind::kFlag) {
      const bool strict = tokens_->Take().text == "--strict";
      (strict ? stage.strict : stage.keep_empty) = true;
    }
    VEDETTE_RETURN_IF_ERROR(ParseExtractions(&stage.extractions));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseRegexp() {
    tokens_->Take();
    RegexpStage stage;
    VEDETTE_ASSIGN_OR_RETURN(stage.pattern, ParseString());
    if (const base::Status status = CompileCaptureRegex(stage.pattern).status(); !status.ok()) {
      return Nonsense(base::Concat({"invalid regexp parser: ", base::Message(status)}));
    }
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParsePattern() {
    tokens_->Take();
    PatternStage stage;
    VEDETTE_ASSIGN_OR_RETURN(stage.pattern, ParseString());
    if (const base::Status status = ParseCapturePattern(stage.pattern).status(); !status.ok()) {
      return Nonsense(base::Concat({"invalid pattern parser: ", base::Message(status)}));
    }
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseLineFormat() {
    tokens_->Take();
    LineFormatStage stage;
    VEDETTE_ASSIGN_OR_RETURN(stage.text, ParseString());
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseLabelFormat() {
    tokens_->Take();
    LabelFormatStage stage;
    do {
      LabelFormatStage::Item item;
      VEDETTE_ASSIGN_OR_RETURN(item.name, ParseIdentifier());
      VEDETTE_RETURN_IF_ERROR(tokens_->ExpectOperator("="));
      item.rename = tokens_->Peek().kind == TokenKind::kIdentifier;
      if (item.rename) {
        item.value = tokens_->Take().text;
      } else {
        VEDETTE_ASSIGN_OR_RETURN(item.value, ParseString("IDENTIFIER or STRING"));
      }
      stage.items.push_back(std::move(item));
    } while (tokens_->AcceptOperator(","));
    stages_->emplace_back(std::move(stage));
    return {};
  }

  base::Status ParseDropKeep() {
    DropKeepStage stage;
    stage.keep = tokens_->Take().text == "keep";
    do {
      const Token& name = tokens_->Peek();
      DropKeepStage::Item item;
      VEDETTE_ASSIGN_OR_RETURN(item.name, ParseIdentifier());
      if (const auto type = MatchTypeOf(tokens_->Peek())) {
        tokens_->Take();
        VEDETTE_ASSIGN_OR_RETURN(std::string value, ParseString());
        VEDETTE_ASSIGN_OR_RETURN(item.matcher,
                                 MakeMatcher(name, *type, item.name, std::move(value)));
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
