// The label sets of what the parser has read.
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "model/exposition/escape.h"
#include "model/exposition/parser.h"

namespace vedette::model::exposition {
namespace {

constexpr std::string_view kTypeLabel = "__type__";
constexpr std::string_view kUnitLabel = "__unit__";

bool IsNormalizedLabel(std::string_view family_type, std::string_view name) {
  return (family_type == "histogram" && name == "le") ||
         (family_type == "summary" && name == "quantile");
}

}  // namespace

// The text without its escapes: the input's own bytes where there are none.
std::string_view Parser::Unescape(RawText text) {
  if (!text.quoted || text.bytes.find('\\') == text.bytes.npos) return text.bytes;
  return unescaped_.emplace_back(UnescapeText(text.bytes, true));
}

// Where the last label of this name stands.
const char* Parser::LastNamed(const std::vector<RawLabel>& raw, std::string_view name) {
  for (size_t i = raw.size(); i > 0; --i) {
    if (Unescape(raw[i - 1].name) == name) return raw[i - 1].name.bytes.data();
  }
  return sample_.series.data();
}

void Parser::AddMetadataLabels(LabelPairs* pairs) const {
  if (!options_.type_and_unit_labels) return;
  if (!family_type_.empty() && family_type_ != "unknown") {
    pairs->emplace_back(kTypeLabel, family_type_);
  }
  if (!family_unit_.empty()) pairs->emplace_back(kUnitLabel, family_unit_);
}

base::Status Parser::BuildLabels(const std::vector<RawLabel>& raw, bool with_name, Labels* out) {
  unescaped_.clear();
  LabelPairs pairs;
  pairs.reserve(raw.size() + 3);
  if (with_name) AddMetadataLabels(&pairs);
  // What the page's metadata say goes before what the line says.
  const size_t fixed = pairs.size();
  const auto is_fixed = [&pairs, fixed](std::string_view name) {
    for (size_t i = 0; i < fixed; ++i) {
      if (pairs[i].first == name) return true;
    }
    return false;
  };
  if (with_name) pairs.emplace_back(kMetricName, Unescape(metric_name_));
  for (const RawLabel& label : raw) {
    const std::string_view name = Unescape(label.name);
    std::string_view value = Unescape({label.value, true});
    if (is_fixed(name)) continue;
    if (with_name && IsNormalizedLabel(family_type_, name)) {
      if (const auto number = base::ParseDouble(value)) {
        value = unescaped_.emplace_back(OpenMetricsFloat(*number));
      }
    }
    pairs.emplace_back(name, value);
  }
  const auto twice = BuildUnique(&pairs, out, with_name ? &empty_labels_ : nullptr);
  if (!twice) return {};
  const std::string what = base::Concat({"label name ", base::GoQuote(*twice), " is not unique"});
  // A place takes a walk through the page: it is for errors that end the reading.
  if (!with_name) return base::InvalidArgument(base::Concat({"exemplar: ", what}));
  return ErrorAt(what, LastNamed(raw, *twice));
}

base::Status Parser::ReadLabels(Labels* out) { return BuildLabels(labels_, true, out); }

base::Status Parser::ReadExemplar(Exemplar* out) {
  VEDETTE_CHECK(has_exemplars());
  out->value = exemplar_value_;
  out->timestamp_ms = exemplar_timestamp_ms_;
  return BuildLabels(exemplar_labels_, false, &out->labels);
}

base::Status Parser::ReadExemplars(std::vector<Exemplar>* out) {
  if (!has_exemplars()) return {};
  Exemplar exemplar;
  VEDETTE_RETURN_IF_ERROR(ReadExemplar(&exemplar));
  out->push_back(std::move(exemplar));
  return {};
}

}  // namespace vedette::model::exposition
