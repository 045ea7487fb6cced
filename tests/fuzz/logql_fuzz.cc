#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/logql/parse/parser.h"
#include "collector/logql/parse/printer.h"

// A query that parses prints to one that parses to the same text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace logql = vedette::logql;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expr = logql::Parse(text);
  if (!expr.ok()) return 0;
  const std::string printed = logql::Print(**expr);
  const auto again = logql::Parse(printed);
  if (!again.ok() || logql::Print(**again) != printed) std::abort();
  return 0;
}
