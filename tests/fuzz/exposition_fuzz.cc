// The exposition parser under any bytes: the first chooses the format, the rest is the document.
// What parses must have labels that survive their own encoding.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/exposition/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vedette::model;
  if (size == 0) return 0;
  const auto format =
      data[0] % 2 == 0 ? exposition::Format::kText : exposition::Format::kOpenMetrics;
  exposition::Parser parser({reinterpret_cast<const char*>(data) + 1, size - 1}, format);
  for (;;) {
    const auto kind = parser.Next();
    if (!kind.ok() || *kind == exposition::EntryKind::kEnd) return 0;
    if (*kind != exposition::EntryKind::kSeries) continue;
    Labels labels;
    if (!parser.ReadLabels(&labels).ok()) continue;
    if (!Labels::FromBytes(labels.bytes()).ok()) __builtin_trap();
    exposition::Exemplar exemplar;
    if (parser.has_exemplar()) parser.ReadExemplar(&exemplar).IgnoreError();
  }
}
