#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_FILTER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_FILTER_H_

#include "collector/logql/parse/ast.h"
#include "collector/logql/stages/line_labels.h"

namespace vedette::logql {

// Whether `filter` keeps the line with these labels. A value that cannot be read as what it is
// compared with keeps the line and sets __error__.
bool KeepsLine(const LabelFilter& filter, LineLabels* labels);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_FILTER_H_
