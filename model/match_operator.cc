#include "model/match_operator.h"

#include "base/strings.h"

namespace vedette::model {
namespace {

// Longer ones first where one begins another.
constexpr MatchType kTypes[] = {MatchType::kRegex, MatchType::kNotRegex, MatchType::kNotEqual,
                                MatchType::kEqual};

}  // namespace

std::string_view OperatorText(MatchType type) {
  switch (type) {
    case MatchType::kEqual:
      return "=";
    case MatchType::kNotEqual:
      return "!=";
    case MatchType::kRegex:
      return "=~";
    case MatchType::kNotRegex:
      return "!~";
  }
  return "=";
}

std::optional<MatchType> TakeOperator(std::string_view* text) {
  for (const MatchType type : kTypes) {
    const std::string_view written = OperatorText(type);
    if (!base::StartsWith(*text, written)) continue;
    text->remove_prefix(written.size());
    return type;
  }
  return std::nullopt;
}

}  // namespace vedette::model
