#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_NAME_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_NAME_H_

#include <string>
#include <string_view>

namespace vedette::logql {

// Adds a field's name to `out` as a label's: without white space at its ends, one '_' for each
// character that may not stand there, and one before a digit at the beginning.
void AppendLabelName(std::string_view field, std::string* out);

// Characters that are none become spaces.
std::string WithoutInvalid(std::string text);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_NAME_H_
