// The readers of text pages under any bytes: the first chooses format and options, the rest is the
// document.
// What parses must have labels that survive their own encoding.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/exposition/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vedette::model;
  if (size == 0) return 0;
  const auto format =
      data[0] % 2 == 0 ? exposition::Format::kText : exposition::Format::kOpenMetrics;
  exposition::ReaderOptions options;
  options.fold_created = (data[0] & 2) != 0;
  options.convert_classic = (data[0] & 4) != 0;
  options.keep_classic = (data[0] & 8) != 0;
  options.type_and_unit_labels = (data[0] & 16) != 0;
  const auto reader =
      exposition::NewReader({reinterpret_cast<const char*>(data) + 1, size - 1}, format, options);
  for (;;) {
    const auto kind = reader->Next();
    if (!kind.ok() || *kind == exposition::EntryKind::kEnd) return 0;
    if (*kind == exposition::EntryKind::kHistogram) {
      if (!reader->histogram().Validate().ok()) __builtin_trap();
    } else if (*kind != exposition::EntryKind::kSeries) {
      continue;
    }
    Labels labels;
    if (!reader->ReadLabels(&labels).ok()) continue;
    if (!Labels::FromBytes(labels.bytes()).ok()) __builtin_trap();
    std::vector<exposition::Exemplar> exemplars;
    reader->ReadExemplars(&exemplars).IgnoreError();
  }
}
