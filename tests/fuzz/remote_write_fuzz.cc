// The decoders of remote write, under any bytes: the first chooses the version, or one histogram.
// What is asked of a batch agrees with itself, and a histogram taken comes back the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/wire_batch.h"

namespace {

using namespace vedette::model;

void AskEverything(const WireBatch& batch) {
  size_t samples = 0;
  for (size_t i = 0; i < batch.size(); ++i) {
    samples += batch.Samples(i).size();
    const auto labels = batch.LabelsOf(i);
    const uint64_t hash = batch.LabelHash(i);
    if (labels.ok()) {
      if (hash != labels->Hash()) __builtin_trap();
      batch.LabelsAre(i, labels->bytes());
      const Labels other = LabelsBuilder(*labels).Set("~", "~").Build();
      if (other != *labels && batch.LabelsAre(i, other.bytes())) __builtin_trap();
    }
    for (size_t k = 0; k < batch.histogram_count(i); ++k) batch.HistogramOf(i, k).IgnoreError();
    for (size_t k = 0; k < batch.exemplar_count(i); ++k) batch.ExemplarOf(i, k).IgnoreError();
  }
  if (samples != batch.samples().size()) __builtin_trap();
  if (!batch.starts_ms().empty() && batch.starts_ms().size() != samples) __builtin_trap();
  batch.row_time_ms();
  size_t text = 0;
  batch.ForEachFamily([&text](const WireBatch::FamilyView& family) {
    for (const char c : family.help) text += static_cast<unsigned char>(c);
    if (family.family.empty() || family.type.empty()) __builtin_trap();
  });
}

void DecodeTwice(std::string_view bytes) {
  const auto histogram = DecodeHistogram(bytes);
  if (!histogram.ok()) return;
  const auto again = DecodeHistogram(EncodeHistogram(*histogram));
  if (!again.ok() || !(again->histogram == histogram->histogram)) __builtin_trap();
  if (!histogram->histogram.ToFloat().Validate().ok()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 2) {
    DecodeTwice(bytes);
    return 0;
  }
  const auto batch = data[0] % 3 == 0 ? WireBatch::ParseV1(bytes) : WireBatch::ParseV2(bytes);
  if (batch.ok()) AskEverything(*batch);
  return 0;
}
