#include "model/alert.h"

#include <string_view>

namespace vedette::model {
namespace {

constexpr uint64_t kFnvOffset = 14695981039346656037ull;
constexpr uint64_t kFnvPrime = 1099511628211ull;
constexpr uint8_t kSeparator = 0xff;

uint64_t AddByte(uint64_t hash, uint8_t byte) { return (hash ^ byte) * kFnvPrime; }

uint64_t AddText(uint64_t hash, std::string_view text) {
  for (const char c : text) hash = AddByte(hash, static_cast<uint8_t>(c));
  return AddByte(hash, kSeparator);
}

}  // namespace

uint64_t Fingerprint(const Labels& labels) {
  uint64_t hash = kFnvOffset;
  for (const LabelView& label : labels) hash = AddText(AddText(hash, label.name), label.value);
  return hash;
}

std::string FingerprintHex(const Labels& labels) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const uint64_t hash = Fingerprint(labels);
  std::string out(16, '0');
  for (size_t i = 0; i < out.size(); ++i) out[i] = kDigits[(hash >> (60 - 4 * i)) & 0xf];
  return out;
}

}  // namespace vedette::model
