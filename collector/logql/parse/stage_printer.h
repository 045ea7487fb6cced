#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_PRINTER_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_PRINTER_H_

#include <string>

#include "collector/logql/parse/stage_ast.h"

namespace vedette::logql {

// | json, |= "x" ...: in Loki's canonical form.
std::string PrintStage(const Stage& stage);
// name="value"; names as they are, for LogQL has no quoted ones.
std::string PrintMatcher(const model::Matcher& matcher);
std::string PrintLabelFilter(const LabelFilter& filter);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_STAGE_PRINTER_H_
