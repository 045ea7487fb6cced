// The reader of Prometheus' protobuf pages under any bytes: the first chooses how it reads. What is
// read has labels that survive their own encoding, and a valid histogram stays valid in every
// layout and resolution.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/exposition/reader.h"
#include "model/histogram_layout.h"

namespace {

using namespace vedette::model;

void CheckHistogram(const Histogram& read) {
  if (!read.Validate().ok()) return;
  for (const int32_t schema : {8, 2, 0, -4}) {
    Histogram wider = read;
    ReduceResolution(&wider, schema);
    if (!wider.Validate().ok()) __builtin_trap();
    if (BucketCount(wider) > BucketCount(read)) __builtin_trap();
  }
  Histogram compact = read;
  CompactBuckets(&compact, 2);
  if (!compact.Validate().ok()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  exposition::ReaderOptions options;
  options.native_histograms = (data[0] & 1) == 0;
  options.keep_classic = (data[0] & 2) != 0;
  options.convert_classic = (data[0] & 4) != 0;
  options.type_and_unit_labels = (data[0] & 8) != 0;
  const std::string_view page(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto reader = exposition::NewReader(page, exposition::Format::kProtobuf, options);
  for (;;) {
    const auto kind = reader->Next();
    if (!kind.ok() || *kind == exposition::EntryKind::kEnd) return 0;
    const bool is_histogram = *kind == exposition::EntryKind::kHistogram;
    if (is_histogram) CheckHistogram(reader->histogram());
    if (!is_histogram && *kind != exposition::EntryKind::kSeries) continue;
    Labels labels;
    std::vector<exposition::Exemplar> exemplars;
    if (reader->ReadLabels(&labels).ok() && !Labels::FromBytes(labels.bytes()).ok()) {
      __builtin_trap();
    }
    reader->ReadExemplars(&exemplars).IgnoreError();
  }
}
