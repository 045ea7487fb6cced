#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/template/template.h"

// Any bytes as a template over small data: parsed or refused, run within its limits, no crash.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using vedette::base::tmpl::Limits;
  using vedette::base::tmpl::Template;
  using vedette::base::tmpl::Value;
  Limits limits;
  limits.max_source_bytes = 1 << 14;
  limits.max_output_bytes = 1 << 16;
  limits.max_steps = 10'000;
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto parsed = Template::Parse("fuzz", source, {}, limits);
  if (!parsed.ok()) return 0;
  Value::Map labels{{"a", Value("b")}};
  Value::Map root{{"Labels", Value::FromMap(labels, Value::Missing::kEmptyString)},
                  {"List", Value::FromList({Value(1), Value("x"), Value(2.5)})},
                  {"Value", Value(0.5)}};
  (void)parsed->Execute(Value::FromMap(root, Value::Missing::kError));
  return 0;
}
