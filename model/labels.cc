#include "model/labels.h"

#include <algorithm>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/strings.h"

namespace vedette::model {
namespace {

constexpr size_t kLongLength = 255;
// The largest length the encoding holds; longer texts are cut. Every reader of outside data caps
// label values far below.
constexpr size_t kMaxTextBytes = 0xffffff;

void AppendText(std::string_view text, std::string* out) {
  const size_t n = std::min(text.size(), kMaxTextBytes);
  if (n < kLongLength) {
    out->push_back(static_cast<char>(n));
  } else {
    const char head[] = {static_cast<char>(kLongLength), static_cast<char>(n & 0xff),
                         static_cast<char>((n >> 8) & 0xff), static_cast<char>((n >> 16) & 0xff)};
    out->append(head, sizeof(head));
  }
  out->append(text.data(), n);
}

size_t EncodedBytes(std::string_view text) {
  return text.size() + (text.size() < kLongLength ? 1 : 4);
}

// Reads one text of an encoding known to be valid.
const char* ReadText(const char* at, std::string_view* text) {
  size_t n = static_cast<uint8_t>(*at++);
  if (n == kLongLength) {
    n = static_cast<size_t>(static_cast<uint8_t>(at[0])) |
        static_cast<size_t>(static_cast<uint8_t>(at[1])) << 8 |
        static_cast<size_t>(static_cast<uint8_t>(at[2])) << 16;
    at += 3;
  }
  *text = std::string_view(at, n);
  return at + n;
}

// Reads one text of unknown bytes; false when it runs over the end or uses the long form
// needlessly.
bool ReadTextChecked(std::string_view* bytes, std::string_view* text) {
  if (bytes->empty()) return false;
  size_t head = 1;
  if (static_cast<uint8_t>(bytes->front()) == kLongLength) head = 4;
  if (bytes->size() < head) return false;
  // The bytes of the length are there: the plain reader may look at them, not yet at the text.
  size_t n = static_cast<uint8_t>((*bytes)[0]);
  if (head == 4) {
    n = static_cast<size_t>(static_cast<uint8_t>((*bytes)[1])) |
        static_cast<size_t>(static_cast<uint8_t>((*bytes)[2])) << 8 |
        static_cast<size_t>(static_cast<uint8_t>((*bytes)[3])) << 16;
    if (n < kLongLength) return false;
  }
  if (bytes->size() - head < n) return false;
  *text = bytes->substr(head, n);
  bytes->remove_prefix(head + n);
  return true;
}

bool IsLetterOrUnderscore(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <typename Pairs>
std::string Encode(const Pairs& sorted) {
  size_t bytes = 0;
  for (const auto& [name, value] : sorted) bytes += EncodedBytes(name) + EncodedBytes(value);
  std::string out;
  out.reserve(bytes);
  for (const auto& [name, value] : sorted) {
    AppendText(name, &out);
    AppendText(value, &out);
  }
  return out;
}

// Sorts by name, keeps the last of equal names, drops empty values.
template <typename Pairs>
void Normalize(Pairs* pairs) {
  const auto by_name = [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); };
  // Most come sorted, and a stable sort allocates.
  if (!std::is_sorted(pairs->begin(), pairs->end(), by_name)) {
    std::stable_sort(pairs->begin(), pairs->end(), by_name);
  }
  auto last_wins = [](auto first, auto end) {
    auto out = first;
    for (auto at = first; at != end; ++at) {
      const auto next = std::next(at);
      if (next != end && std::get<0>(*next) == std::get<0>(*at)) continue;
      if (std::get<1>(*at).empty()) continue;
      if (out != at) *out = std::move(*at);
      ++out;
    }
    return out;
  };
  pairs->erase(last_wins(pairs->begin(), pairs->end()), pairs->end());
}

}  // namespace

void Labels::Iterator::Decode() {
  if (at_ == end_) {
    next_ = end_;
    label_ = {};
    return;
  }
  next_ = ReadText(ReadText(at_, &label_.name), &label_.value);
}

Labels::Labels(std::initializer_list<LabelView> labels) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  pairs.reserve(labels.size());
  for (const LabelView& label : labels) pairs.emplace_back(label.name, label.value);
  Normalize(&pairs);
  bytes_ = Encode(pairs);
}

Labels Labels::FromPairs(std::vector<std::pair<std::string, std::string>> pairs) {
  Normalize(&pairs);
  Labels labels;
  labels.bytes_ = Encode(pairs);
  return labels;
}

Labels Labels::FromViews(std::vector<std::pair<std::string_view, std::string_view>> pairs) {
  Normalize(&pairs);
  Labels labels;
  labels.bytes_ = Encode(pairs);
  return labels;
}

base::StatusOr<Labels> Labels::FromBytes(std::string_view bytes) {
  std::string_view rest = bytes;
  std::string_view previous;
  while (!rest.empty()) {
    std::string_view name;
    std::string_view value;
    if (!ReadTextChecked(&rest, &name) || !ReadTextChecked(&rest, &value)) {
      return base::DataLoss("label set: a length runs over the end of its bytes");
    }
    if (name.empty() || value.empty()) {
      return base::DataLoss("label set: empty label name or value");
    }
    if (name <= previous) return base::DataLoss("label set: names are not sorted and unique");
    previous = name;
  }
  Labels labels;
  labels.bytes_.assign(bytes);
  return labels;
}

size_t Labels::size() const {
  size_t n = 0;
  for (auto at = begin(); at != end(); ++at) ++n;
  return n;
}

std::string_view Labels::Get(std::string_view name) const {
  for (const LabelView& label : *this) {
    if (label.name == name) return label.value;
    if (label.name > name) break;
  }
  return {};
}

bool Labels::Has(std::string_view name) const { return !Get(name).empty(); }

uint64_t Labels::Hash() const { return XXH64(bytes_.data(), bytes_.size(), 0); }

Labels Labels::Without(const std::vector<std::string>& names) const {
  Labels out;
  for (const LabelView& label : *this) {
    if (label.name == kMetricName) continue;
    if (std::find(names.begin(), names.end(), label.name) != names.end()) continue;
    AppendText(label.name, &out.bytes_);
    AppendText(label.value, &out.bytes_);
  }
  return out;
}

Labels Labels::Keep(const std::vector<std::string>& names) const {
  Labels out;
  for (const LabelView& label : *this) {
    if (std::find(names.begin(), names.end(), label.name) == names.end()) continue;
    AppendText(label.name, &out.bytes_);
    AppendText(label.value, &out.bytes_);
  }
  return out;
}

Labels Labels::DropMetricName() const { return Without({}); }

std::string Labels::ToString() const {
  std::string out = "{";
  for (const LabelView& label : *this) {
    if (out.size() > 1) out += ", ";
    out += IsLegacyLabelName(label.name) ? std::string(label.name) : base::GoQuote(label.name);
    out += '=';
    out += base::GoQuote(label.value);
  }
  out += '}';
  return out;
}

std::strong_ordering operator<=>(const Labels& a, const Labels& b) {
  // The first texts that differ decide; those before them are skipped by their bytes.
  const char* x = a.bytes_.data();
  const char* y = b.bytes_.data();
  const char* const x_end = x + a.bytes_.size();
  const char* const y_end = y + b.bytes_.size();
  while (x != x_end && y != y_end) {
    std::string_view text;
    std::string_view other;
    x = ReadText(x, &text);
    y = ReadText(y, &other);
    if (const auto order = text <=> other; order != 0) return order;
  }
  return (x != x_end) <=> (y != y_end);
}

LabelsBuilder::LabelsBuilder(const Labels& base) {
  for (const LabelView& label : base) pairs_.emplace_back(label.name, label.value);
}

LabelsBuilder& LabelsBuilder::Set(std::string_view name, std::string_view value) {
  if (value.empty()) return Delete(name);
  for (auto& [have, old] : pairs_) {
    if (have != name) continue;
    old.assign(value);
    return *this;
  }
  pairs_.emplace_back(name, value);
  return *this;
}

LabelsBuilder& LabelsBuilder::Delete(std::string_view name) {
  std::erase_if(pairs_, [name](const auto& pair) { return pair.first == name; });
  return *this;
}

std::string_view LabelsBuilder::Get(std::string_view name) const {
  for (const auto& [have, value] : pairs_) {
    if (have == name) return value;
  }
  return {};
}

Labels LabelsBuilder::Build() const { return Labels::FromPairs(pairs_); }

bool IsLegacyMetricName(std::string_view name) {
  if (name.empty() || IsDigit(name.front())) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return IsLetterOrUnderscore(c) || IsDigit(c) || c == ':'; });
}

bool IsLegacyLabelName(std::string_view name) {
  if (name.empty() || IsDigit(name.front())) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return IsLetterOrUnderscore(c) || IsDigit(c); });
}

}  // namespace vedette::model
