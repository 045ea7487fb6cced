#ifndef VEDETTE_COLLECTOR_LOGQL_TEMPLATE_JSON_VALUE_H_
#define VEDETTE_COLLECTOR_LOGQL_TEMPLATE_JSON_VALUE_H_

#include <string_view>

#include "base/template/value.h"

namespace vedette::logql {

// A JSON text as a template computes with it, numbers as floats; null where it is none.
base::tmpl::Value JsonToValue(std::string_view text);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_TEMPLATE_JSON_VALUE_H_
