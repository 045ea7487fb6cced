#ifndef VEDETTE_ALERTING_RULES_DEFAULT_RULES_H_
#define VEDETTE_ALERTING_RULES_DEFAULT_RULES_H_

#include <string_view>

namespace vedette::rules {

// The five rules that watch a machine without any configuration. deploy/rules holds the same text
// for people to copy; a test keeps the two equal.
inline constexpr std::string_view kDefaultRulesFile = "vedette-default.rules.yml";
extern const std::string_view kDefaultRules;

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_DEFAULT_RULES_H_
