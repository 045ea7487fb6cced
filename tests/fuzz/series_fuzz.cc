#include <cstdint>
#include <string_view>

#include "collector/promql/histogram_text.h"
#include "collector/promql/series_description.h"

// Any bytes as a series of a unit test of rules: an error that names the place, or items whose
// histograms' text reads back to itself.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vedette;
  constexpr size_t kMaxInput = 4 << 10;
  if (size > kMaxInput) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto series = promql::ParseSeriesDescription(text);
  if (!series.ok()) {
    VEDETTE_CHECK(base::Message(series.status()).find("parse error: ") != std::string_view::npos);
    return 0;
  }
  VEDETTE_CHECK(series->items.size() <= promql::SeriesDescription::kMaxItems);
  int shown = 0;
  for (const auto& item : series->items) {
    if (item.histogram == nullptr || ++shown > 3) continue;
    const std::string printed = promql::HistogramText(*item.histogram);
    if (printed.find("...") != std::string::npos) continue;  // too wide to be shown whole
    const auto again = promql::ParseSeriesDescription("{} " + printed);
    VEDETTE_CHECK(again.ok() && again->items.size() == 1);
    VEDETTE_CHECK(promql::HistogramText(*again->items[0].histogram) == printed);
  }
  return 0;
}
