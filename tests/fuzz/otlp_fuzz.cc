// OTLP metrics under any bytes, as protobuf and as JSON (the first byte chooses, and how they are
// translated): what is made of them are series that a store can take.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/otlp/translator.h"

namespace {

using namespace vedette::model;

void Check(const otlp::Translated& translated) {
  if (translated.refused_points > translated.points) __builtin_trap();
  if (translated.refused_points > 0 && translated.first_problem.empty()) __builtin_trap();
  for (const WireSeries& series : translated.series) {
    if (series.labels.MetricName().empty()) __builtin_trap();
    if (!series.starts_ms.empty() && series.starts_ms.size() != series.samples.size()) {
      __builtin_trap();
    }
    for (const TimedHistogram& h : series.histograms) {
      if (!h.histogram.IsStale() && !h.histogram.Validate().ok()) __builtin_trap();
    }
    for (const Exemplar& exemplar : series.exemplars) {
      if (!exemplar.Validate().ok()) __builtin_trap();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint8_t how = data[0];
  otlp::TranslatorOptions options;
  options.settings.strategy = static_cast<otlp::Strategy>(how >> 1 & 3);
  options.settings.convert_histograms = (how & 8) != 0;
  options.settings.promote_all = (how & 16) != 0;
  options.settings.promote_scope = (how & 32) != 0;
  options.takes_delta = (how & 64) != 0;
  options.with_starts = (how & 128) != 0;
  otlp::Translator translator(options);
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto read = (how & 1) != 0 ? otlp::DecodeJson(body, &translator)
                                   : otlp::DecodeProtobuf(body, &translator);
  if (read.ok()) Check(translator.Take());
  return 0;
}
