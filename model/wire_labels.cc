#include "model/wire_labels.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::model::wire {
namespace {

constexpr uint64_t kNameTag = 0x0a;
constexpr uint64_t kValueTag = 0x12;

constexpr size_t kLongTextMark = 255;
constexpr size_t kMaxStoredTextBytes = 0xffffff;

void AppendStoredText(std::string_view text, std::string* out) {
  const size_t n = std::min(text.size(), kMaxStoredTextBytes);
  if (n < kLongTextMark) {
    out->push_back(static_cast<char>(n));
  } else {
    out->push_back(static_cast<char>(kLongTextMark));
    for (const unsigned shift : {0u, 8u, 16u}) out->push_back(static_cast<char>(n >> shift & 0xff));
  }
  out->append(text.data(), n);
}

// What an error shows of a series whose labels may be anything.
std::string Shown(const LabelPairs& pairs) {
  constexpr size_t kMaxShown = 1024;
  std::string text = Labels::FromViews(pairs).ToString();
  if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "...";
  return base::RepairUtf8(text);
}

base::Status CheckLabel(const LabelPairs& pairs, size_t i, const RemoteWriteLimits& limits) {
  const auto& [name, value] = pairs[i];
  if (name.empty()) {
    return base::InvalidArgument(base::Concat({"label without a name in series ", Shown(pairs)}));
  }
  if (name.size() > limits.max_name_bytes || value.size() > limits.max_value_bytes) {
    return base::ResourceExhausted(base::Concat(
        {"label ", base::GoQuote(name.substr(0, 64)), " is longer than allowed (",
         std::to_string(limits.max_name_bytes), " bytes of name, ",
         std::to_string(limits.max_value_bytes), " of value) in series ", Shown(pairs)}));
  }
  if (!base::IsValidUtf8(name) || !base::IsValidUtf8(value)) {
    return base::InvalidArgument(base::Concat(
        {"label ", base::GoQuote(name), " is not valid UTF-8 in series ", Shown(pairs)}));
  }
  return {};
}

}  // namespace

bool SplitLabelSlowly(std::string_view message, LabelView* label) {
  Reader reader(message);
  *label = {};
  while (!reader.done()) {
    uint64_t tag = 0;
    if (!reader.ReadVarint(&tag)) return false;
    const bool read = tag == kNameTag    ? reader.ReadBytes(&label->name)
                      : tag == kValueTag ? reader.ReadBytes(&label->value)
                                         : reader.Skip(tag);
    if (!read) return false;
  }
  return true;
}

bool LabelMatcher::NextLongText(std::string_view text) {
  if (text.size() > kMaxStoredTextBytes || end_ - at_ < 4) return false;
  size_t n = 0;
  for (int i = 3; i > 0; --i) n = n << 8 | static_cast<uint8_t>(at_[i]);
  if (static_cast<uint8_t>(*at_) != kLongTextMark || n != text.size()) return false;
  at_ += 4;
  if (std::memcmp(at_, text.data(), n) != 0) return false;
  at_ += n;
  return true;
}

void AppendLabelBytes(const LabelView& label, std::string* out) {
  AppendStoredText(label.name, out);
  AppendStoredText(label.value, out);
}

base::StatusOr<Labels> CheckedExemplarLabels(LabelPairs pairs, const RemoteWriteLimits& limits) {
  if (pairs.size() > limits.max_labels) {
    const size_t found = pairs.size();
    pairs.resize(std::min<size_t>(found, 8));
    return base::ResourceExhausted(
        base::Concat({"series has ", std::to_string(found), " labels, allowed are ",
                      std::to_string(limits.max_labels), "; its first: ", Shown(pairs)}));
  }
  for (size_t i = 0; i < pairs.size(); ++i) {
    VEDETTE_RETURN_IF_ERROR(CheckLabel(pairs, i, limits));
  }
  std::sort(pairs.begin(), pairs.end());
  for (size_t i = 1; i < pairs.size(); ++i) {
    if (pairs[i].first != pairs[i - 1].first) continue;
    return base::InvalidArgument(base::Concat(
        {"label name ", base::GoQuote(pairs[i].first), " is not unique in series ", Shown(pairs)}));
  }
  return Labels::FromViews(std::move(pairs));
}

base::StatusOr<Labels> CheckedLabels(LabelPairs pairs, const RemoteWriteLimits& limits) {
  VEDETTE_ASSIGN_OR_RETURN(Labels labels, CheckedExemplarLabels(std::move(pairs), limits));
  if (!labels.MetricName().empty()) return labels;
  return base::InvalidArgument(
      base::Concat({"series without a metric name (__name__): ", labels.ToString()}));
}

}  // namespace vedette::model::wire
