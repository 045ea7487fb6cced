#ifndef VEDETTE_MODEL_MATCH_OPERATOR_H_
#define VEDETTE_MODEL_MATCH_OPERATOR_H_

#include <optional>
#include <string_view>

#include "model/matcher.h"

namespace vedette::model {

// How a match type is written: "=", "!=", "=~" or "!~".
std::string_view OperatorText(MatchType type);

// Takes the operator at the front of `text`, the longest that stands there; nothing, and `text` as
// it was, if there is none.
std::optional<MatchType> TakeOperator(std::string_view* text);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_MATCH_OPERATOR_H_
