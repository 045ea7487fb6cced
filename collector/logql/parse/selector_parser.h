#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_SELECTOR_PARSER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_SELECTOR_PARSER_H_

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/token_stream.h"
#include "model/matcher.h"

// Stream selectors, and the matchers that label filters, drop and keep are made of too.

namespace vedette::logql {

// {name="value", ...}; may be empty.
base::StatusOr<std::vector<model::Matcher>> ParseMatchers(TokenStream* tokens);

// A query must not read every stream there is.
base::Status CheckMatchers(const std::vector<model::Matcher>& matchers);

// Of "=", "!=", "=~" and "!~".
std::optional<model::MatchType> MatchTypeOf(const Token& token);

// ip("10.0.0.0/8"), at `ip`: what is between the quotes. Whether it is an address shows later.
base::StatusOr<std::string> ParseIpPattern(TokenStream* tokens);

// A number that is no literal of the language: hexadecimal ones.
base::Status CheckLiteral(const Token& number);

// Errors (of the regex) are told at `at`.
base::StatusOr<model::Matcher> MakeMatcher(const Token& at, model::MatchType type, std::string name,
                                           std::string value);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_SELECTOR_PARSER_H_
