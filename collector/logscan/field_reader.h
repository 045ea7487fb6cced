#ifndef VEDETTE_COLLECTOR_LOGSCAN_FIELD_READER_H_
#define VEDETTE_COLLECTOR_LOGSCAN_FIELD_READER_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "collector/logql/log_block.h"
#include "collector/logscan/field_plan.h"
#include "collector/logstore/columns/granule.h"
#include "collector/logstore/columns/value_table.h"

namespace vedette::logscan {

// Reads fields of lines off the columns of granules. Keeps what it learns of templates. One thread.
class FieldReader {
 public:
  // Adds an entry to `out`'s rows for each of `places` of one shape: an index into its table, or
  // one of logql's marks (kAbsentField, ...).
  base::Status Read(logstore::Granule& granule, size_t shape, std::span<const uint32_t> places,
                    const logql::FieldRef& field, logstore::ValueTable* out);

 private:
  const FieldPlan& PlanOf(std::string_view shape, const logql::FieldRef& field);

  std::map<logql::FieldRef, base::StringMap<FieldPlan>> plans_;  // by template
  logstore::ValueTable raw_;
};

}  // namespace vedette::logscan

#endif  // VEDETTE_COLLECTOR_LOGSCAN_FIELD_READER_H_
