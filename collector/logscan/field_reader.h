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
#include "collector/logstore/granule_scan.h"

namespace vedette::logscan {

// Reads fields of lines off the columns of granules. Keeps what it learns of templates, up to a
// bound. One thread.
class FieldReader {
 public:
  // Adds an entry to `out`'s rows for each of `places` of one shape: an index into its table, or
  // one of logql's marks (kAbsentField, ...).
  base::Status Read(logstore::Granule& granule, size_t shape, std::span<const uint32_t> places,
                    const logql::FieldRef& field, logstore::ValueTable* out);

  // Whether a stream of the granule's part has a label of that name. Kept until another part comes.
  bool AnyStreamHas(const logstore::GranuleScan& granule, const std::string& label);

 private:
  const FieldPlan& PlanOf(std::string_view shape, const logql::FieldRef& field);

  std::map<logql::FieldRef, base::StringMap<FieldPlan>> plans_;  // by template
  size_t plan_bytes_ = 0;
  std::string part_;                      // that labelled_ is of
  std::map<std::string, bool> labelled_;  // by label
  logstore::ValueTable raw_;
};

}  // namespace vedette::logscan

#endif  // VEDETTE_COLLECTOR_LOGSCAN_FIELD_READER_H_
