// The label sets of what the parser has read.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "base/strings.h"
#include "model/exposition/escape.h"
#include "model/exposition/parser.h"

namespace vedette::model::exposition {
namespace {

bool IsNormalizedLabel(std::string_view family_type, std::string_view name) {
  return (family_type == "histogram" && name == "le") ||
         (family_type == "summary" && name == "quantile");
}

// A float as OpenMetrics writes it: always with a point or an exponent.
std::string OpenMetricsFloat(double v) {
  std::string out;
  base::AppendFloatG(v, &out);
  if (std::isfinite(v) && out.find_first_of("e.") == out.npos) out += ".0";
  return out;
}

}  // namespace

// The text without its escapes: the input's own bytes where there are none.
std::string_view Parser::Unescape(RawText text) {
  if (!text.quoted || text.bytes.find('\\') == text.bytes.npos) return text.bytes;
  return unescaped_.emplace_back(UnescapeText(text.bytes, true));
}

base::Status Parser::BuildLabels(const std::vector<RawLabel>& raw, bool with_name, Labels* out) {
  unescaped_.clear();
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  pairs.reserve(raw.size() + 1);
  if (with_name) pairs.emplace_back(kMetricName, Unescape(metric_name_));
  for (const RawLabel& label : raw) {
    const std::string_view name = Unescape(label.name);
    std::string_view value = Unescape({label.value, true});
    if (with_name && IsNormalizedLabel(family_type_, name)) {
      if (const auto number = base::ParseDouble(value)) {
        value = unescaped_.emplace_back(OpenMetricsFloat(*number));
      }
    }
    pairs.emplace_back(name, value);
  }
  std::sort(pairs.begin(), pairs.end());
  for (size_t i = 1; i < pairs.size(); ++i) {
    if (pairs[i].first != pairs[i - 1].first) continue;
    return ErrorAt(base::Concat({"label name ", base::GoQuote(pairs[i].first), " is not unique"}));
  }
  *out = Labels::FromViews(std::move(pairs));
  return {};
}

base::Status Parser::ReadLabels(Labels* out) { return BuildLabels(labels_, true, out); }

base::Status Parser::ReadExemplar(Exemplar* out) {
  VEDETTE_CHECK(exemplar_value_.has_value());
  out->value = *exemplar_value_;
  out->timestamp_ms = exemplar_timestamp_ms_;
  return BuildLabels(exemplar_labels_, false, &out->labels);
}

}  // namespace vedette::model::exposition
