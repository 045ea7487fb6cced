#include "collector/logscan/field_plan.h"

#include <algorithm>

#include "collector/logscan/json_plan.h"
#include "collector/logscan/logfmt_plan.h"
#include "collector/logscan/slot_mark.h"

namespace vedette::logscan {

FieldPlan PlanField(std::span<const std::string_view> texts, const logql::FieldRef& field) {
  // Lines that were not taken apart.
  if (texts.size() == 2 && texts[0].empty() && texts[1].empty()) return {};
  const auto marked = [](std::string_view text) { return text.find(kMarkByte) != text.npos; };
  if (std::any_of(texts.begin(), texts.end(), marked)) return {};
  return field.parser == logql::FieldParser::kJson ? PlanJsonField(texts, field.label)
                                                   : PlanLogfmtField(texts, field.label);
}

}  // namespace vedette::logscan
