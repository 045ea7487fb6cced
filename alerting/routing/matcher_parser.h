#ifndef VEDETTE_ALERTING_ROUTING_MATCHER_PARSER_H_
#define VEDETTE_ALERTING_ROUTING_MATCHER_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"

namespace vedette::routing {

// Alertmanager's matcher lists: `{a="b", c=~"d.*"}`, braces optional. What the classic grammar
// takes is read by it, as Alertmanager does in its default mode; otherwise the UTF-8 grammar
// (quoted names, any unquoted text without reserved characters) is tried. Errors are the classic
// grammar's.
base::StatusOr<std::vector<model::Matcher>> ParseMatchers(std::string_view text);

// The two grammars alone.
base::StatusOr<std::vector<model::Matcher>> ParseClassicMatchers(std::string_view text);
base::StatusOr<std::vector<model::Matcher>> ParseUtf8Matchers(std::string_view text);

// As Alertmanager prints a matcher; part of group keys, so byte-exact: the name is quoted only if
// it has reserved characters, the value always.
std::string PrintMatcher(const model::Matcher& matcher);

// By name, value, type: the order of a route's key.
void SortMatchers(std::vector<model::Matcher>* matchers);

// {a="b", c="d"}: the second half of a group key.
std::string PrintLabels(const model::Labels& labels);

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_MATCHER_PARSER_H_
