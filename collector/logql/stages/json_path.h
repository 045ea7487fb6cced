#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_PATH_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_PATH_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "collector/logql/stages/json_reader.h"

namespace vedette::logql {

// request.headers["User-Agent"][0]: members and items, from the outside in.
using JsonPath = std::vector<std::variant<std::string, size_t>>;

// InvalidArgument where the expression is none.
base::StatusOr<JsonPath> ParseJsonPath(std::string_view expression);

// What stands at the path; false where nothing does. `error` is set where the value itself is
// broken.
bool FindJsonPath(std::string_view text, const JsonPath& path, JsonValue* value,
                  const char** error);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_PATH_H_
