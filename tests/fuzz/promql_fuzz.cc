#include <cstdint>
#include <string_view>

#include "collector/promql/parser.h"
#include "collector/promql/printer.h"

// Any bytes as a query: an error that names the place, or a tree whose text parses to itself.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vedette;
  constexpr size_t kMaxInput = 16 << 10;
  if (size > kMaxInput) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The first bit chooses the language.
  promql::ParserOptions options = promql::ParserOptions::All();
  if (size > 0 && (data[0] & 1) != 0) options.newer = false;
  const auto expr = promql::ParseExpr(text, options);
  if (!expr.ok()) {
    VEDETTE_CHECK(base::Message(expr.status()).find("parse error: ") != std::string_view::npos);
    return 0;
  }
  const std::string printed = promql::Print(**expr);
  const auto again = promql::ParseExpr(printed, options);
  VEDETTE_CHECK(again.ok());
  VEDETTE_CHECK(promql::Print(**again) == printed);
  return 0;
}
