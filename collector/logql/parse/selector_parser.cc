#include "collector/logql/parse/selector_parser.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/logql/parse/lexer.h"

namespace vedette::logql {

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

std::optional<model::MatchType> MatchTypeOf(const Token& token) {
  if (token.IsOperator("=")) return model::MatchType::kEqual;
  if (token.IsOperator("!=")) return model::MatchType::kNotEqual;
  if (token.IsOperator("=~")) return model::MatchType::kRegex;
  if (token.IsOperator("!~")) return model::MatchType::kNotRegex;
  return std::nullopt;
}

base::StatusOr<std::string> ParseIpPattern(TokenStream* tokens) {
  tokens->Take();
  VEDETTE_RETURN_IF_ERROR(tokens->ExpectOperator("("));
  if (tokens->Peek().kind != TokenKind::kString) return tokens->Unexpected("STRING");
  std::string pattern = tokens->Take().text;
  VEDETTE_RETURN_IF_ERROR(tokens->ExpectOperator(")"));
  return pattern;
}

base::Status CheckLiteral(const Token& number) {
  if (!base::StartsWith(number.text, "0x")) return {};
  return Nonsense(base::Concat({"unable to parse literal as a float: ", number.text}));
}

base::StatusOr<model::Matcher> MakeMatcher(const Token& at, model::MatchType type, std::string name,
                                           std::string value) {
  auto matcher = model::Matcher::Make(type, std::move(name), std::move(value));
  if (matcher.ok()) return matcher;
  return ParseError(at.line, at.column, base::Message(matcher.status()));
}

base::StatusOr<std::vector<model::Matcher>> ParseMatchers(TokenStream* tokens) {
  VEDETTE_RETURN_IF_ERROR(tokens->ExpectOperator("{"));
  std::vector<model::Matcher> matchers;
  if (tokens->AcceptOperator("}")) return matchers;
  while (true) {
    if (tokens->Peek().kind != TokenKind::kIdentifier) {
      return tokens->Unexpected(matchers.empty() ? "IDENTIFIER or }" : "IDENTIFIER");
    }
    const Token& name = tokens->Take();
    const auto type = MatchTypeOf(tokens->Peek());
    if (!type) return tokens->Unexpected("= or =~ or !~ or !=");
    tokens->Take();
    if (tokens->Peek().kind != TokenKind::kString) return tokens->Unexpected("STRING");
    const Token& value = tokens->Take();
    VEDETTE_ASSIGN_OR_RETURN(model::Matcher matcher,
                             MakeMatcher(name, *type, name.text, value.text));
    matchers.push_back(std::move(matcher));
    if (tokens->AcceptOperator("}")) return matchers;
    if (!tokens->AcceptOperator(",")) return tokens->Unexpected("} or ,");
  }
}

}  // namespace vedette::logql
