#include "collector/logql/stages/label_name.h"

#include "base/strings.h"

namespace vedette::logql {
namespace {

bool IsLabelByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

void AppendLabelName(std::string_view field, std::string* out) {
  field = base::Trim(field);
  if (out->empty() && !field.empty() && field[0] >= '0' && field[0] <= '9') out->push_back('_');
  for (const char c : field) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // inside a character
    out->push_back(IsLabelByte(c) ? c : '_');
  }
}

std::string WithoutInvalid(std::string text) {
  static constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  const bool valid = base::IsValidUtf8(text);
  if (valid && text.find(kReplacement) == std::string::npos) return text;
  const std::string repaired = valid ? std::move(text) : base::RepairUtf8(text);
  std::string clean;
  for (size_t at = 0; at < repaired.size();) {
    const bool invalid = std::string_view(repaired).substr(at, kReplacement.size()) == kReplacement;
    clean.push_back(invalid ? ' ' : repaired[at]);
    at += invalid ? kReplacement.size() : 1;
  }
  return clean;
}

}  // namespace vedette::logql
