#include "collector/logql/parse/grouping_parser.h"

namespace vedette::logql {

base::StatusOr<std::vector<std::string>> ParseNames(TokenStream* tokens) {
  VEDETTE_RETURN_IF_ERROR(tokens->ExpectOperator("("));
  std::vector<std::string> names;
  if (tokens->AcceptOperator(")")) return names;
  while (true) {
    if (tokens->Peek().kind != TokenKind::kIdentifier) {
      return tokens->Unexpected(names.empty() ? "IDENTIFIER or )" : "IDENTIFIER");
    }
    names.push_back(tokens->Take().text);
    if (tokens->AcceptOperator(")")) return names;
    if (!tokens->AcceptOperator(",")) return tokens->Unexpected(", or )");
  }
}

base::StatusOr<std::optional<Grouping>> ParseGrouping(TokenStream* tokens) {
  if (!tokens->Peek().IsKeyword("by") && !tokens->Peek().IsKeyword("without")) return std::nullopt;
  Grouping grouping;
  grouping.without = tokens->Take().text == "without";
  VEDETTE_ASSIGN_OR_RETURN(grouping.labels, ParseNames(tokens));
  return grouping;
}

}  // namespace vedette::logql
