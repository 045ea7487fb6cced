#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collector/logql/template/line_template.h"

// Any template ends, in an error or in no more than a line may become.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace logql = vedette::logql;
  using vedette::base::tmpl::Value;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto made = logql::LineTemplate::Parse("line", text);
  if (!made.ok()) return 0;
  const Value::Map labels{{"level", Value("info")}, {"n", Value("-3.5")}, {"d", Value("1h2m")}};
  const auto line = made->Execute({"a line", 1'700'000'000'123'456'789}, labels);
  if (line.ok() && line->size() > (1u << 20)) std::abort();
  return 0;
}
