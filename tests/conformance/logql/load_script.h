#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_LOAD_SCRIPT_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_LOAD_SCRIPT_H_

#include <cstdint>
#include <string_view>

#include "model/labels.h"
#include "tests/conformance/logql/memory_source.h"

namespace vedette::logql {

// "90s", "500ms": nanoseconds.
int64_t ScriptTime(std::string_view text);

// {app="a", pod="1"}
model::Labels ScriptLabels(std::string_view text);

// Adds what a line of a script loads:
//   {app="a"} "line" @ 20s [repeat every 20s for 4] [metadata k="m"]
void LoadScriptLine(std::string_view text, MemorySource* source);

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_LOAD_SCRIPT_H_
