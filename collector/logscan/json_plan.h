#ifndef VEDETTE_COLLECTOR_LOGSCAN_JSON_PLAN_H_
#define VEDETTE_COLLECTOR_LOGSCAN_JSON_PLAN_H_

#include <span>
#include <string>
#include <string_view>

#include "collector/logscan/field_plan.h"

namespace vedette::logscan {

// PlanField for `| json`.
FieldPlan PlanJsonField(std::span<const std::string_view> texts, const std::string& label);

}  // namespace vedette::logscan

#endif  // VEDETTE_COLLECTOR_LOGSCAN_JSON_PLAN_H_
