#include "model/otlp/exemplar_labels.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "model/labels.h"

namespace vedette::model::otlp {
namespace {

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

// What has more has more runes than an exemplar may.
constexpr size_t kMostBytes = 4 * model::Exemplar::kMaxLabelCharacters;

constexpr size_t kTraceIdBytes = 16;
constexpr size_t kSpanIdBytes = 8;

// Zeros alone are no id.
bool IsId(std::string_view bytes, size_t size) {
  return bytes.size() == size && bytes.find_first_not_of('\0') != bytes.npos;
}

model::Labels LabelsOf(const Exemplar& exemplar) {
  LabelsBuilder builder;
  if (IsId(exemplar.trace_id, kTraceIdBytes)) builder.Set("trace_id", Hex(exemplar.trace_id));
  if (IsId(exemplar.span_id, kSpanIdBytes)) builder.Set("span_id", Hex(exemplar.span_id));
  const model::Exemplar bare{builder.Build(), 0, 0};
  size_t bytes = 0;
  for (const Attribute& attribute : exemplar.attributes) {
    bytes += attribute.key.size() + attribute.value.size();
    if (bytes > kMostBytes) return bare.labels;
    if (!attribute.key.empty()) builder.Set(attribute.key, attribute.value);
  }
  model::Exemplar whole{builder.Build(), 0, 0};
  return whole.Validate().ok() ? std::move(whole.labels) : bare.labels;
}

}  // namespace

std::vector<model::Exemplar> ExemplarsOf(const Point& point) {
  std::vector<model::Exemplar> out;
  for (const Exemplar& exemplar : point.exemplars) {
    if (!exemplar.value) continue;
    out.push_back(
        {LabelsOf(exemplar), *exemplar.value, static_cast<int64_t>(exemplar.time_ns / 1'000'000)});
  }
  return out;
}

}  // namespace vedette::model::otlp
