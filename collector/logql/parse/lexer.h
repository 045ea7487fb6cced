#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_LEXER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_LEXER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/token.h"

namespace vedette::logql {

// "parse error at line L, col C: WHAT"
base::Status ParseError(int line, int column, std::string_view what);

// Cuts a query into tokens, kEnd last. Function names are functions only before a parenthesis (or
// before `by (...)`), so that labels may be called like them.
base::StatusOr<std::vector<Token>> Lex(std::string_view query);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_LEXER_H_
