#ifndef VEDETTE_COLLECTOR_LOGSCAN_FIELD_PLAN_H_
#define VEDETTE_COLLECTOR_LOGSCAN_FIELD_PLAN_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/logql/log_block.h"

namespace vedette::logscan {

// Where the lines of one template have a field. Templates are those of logstore::LineScanner, on
// whose slots this rests: between quotes there is nothing that ends them early, and elsewhere no
// white space and no quotes.
struct FieldPlan {
  enum class Kind {
    kUnknown,  // nothing is known without looking at lines
    kBroken,   // the parser refuses all of them before the first field
    kAbsent,   // none has it
    kSlot,     // the slot's value is it
  };
  Kind kind = Kind::kUnknown;
  size_t slot = 0;
  bool quoted = false;           // the value stands between quotes, with escapes in place
  bool empty_is_absent = false;  // an empty value is none; otherwise it is not known what it is
  // The plan holds where these slots have JSON scalars alone.
  std::vector<size_t> scalars;
};

// `texts`: what stands around the slots, one more than there are slots. Found by running the real
// stage on a line with a mark in every slot.
FieldPlan PlanField(std::span<const std::string_view> texts, const logql::FieldRef& field);

}  // namespace vedette::logscan

#endif  // VEDETTE_COLLECTOR_LOGSCAN_FIELD_PLAN_H_
