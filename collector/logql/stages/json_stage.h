#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_STAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_STAGE_H_

#include <string_view>

#include "collector/logql/stages/line_labels.h"

namespace vedette::logql {

// Deepest nesting of objects that becomes labels; deeper ones are an error of the line.
inline constexpr int kMaxJsonDepth = 64;

// `| json`: objects flattened with "_", arrays and nulls skipped, numbers as written, names made
// label names. A line that is not an object, or broken, gets __error__; labels found before the
// break stay.
void ExtractJson(std::string_view line, LineLabels* labels);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_STAGE_H_
