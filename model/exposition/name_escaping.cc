#include "model/exposition/name_escaping.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/strings.h"
#include "model/labels.h"

namespace vedette::model::exposition {
namespace {

constexpr std::array<std::pair<NameEscaping, std::string_view>, 4> kTexts = {{
    {NameEscaping::kAllowUtf8, "allow-utf-8"},
    {NameEscaping::kUnderscores, "underscores"},
    {NameEscaping::kDots, "dots"},
    {NameEscaping::kValues, "values"},
}};

// The character that begins at `*at`, which moves behind it. The text is valid UTF-8.
uint32_t TakeCharacter(std::string_view text, size_t* at) {
  const auto lead = static_cast<uint8_t>(text[(*at)++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  uint32_t character = lead & (0x3fu >> more);
  for (int i = 0; i < more; ++i) {
    character = character << 6 | (static_cast<uint8_t>(text[(*at)++]) & 0x3f);
  }
  return character;
}

bool IsLegacyCharacter(uint32_t c, bool is_first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         (c >= '0' && c <= '9' && !is_first);
}

void AppendHex(uint32_t character, std::string* out) {
  std::array<char, 8> hex;
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), character, 16).ptr;
  out->append(hex.data(), end);
}

void AppendCharacter(uint32_t c, bool is_first, NameEscaping escaping, std::string* out) {
  const bool doubles = escaping != NameEscaping::kUnderscores;
  if (c == '_' && doubles) {
    *out += "__";
  } else if (IsLegacyCharacter(c, is_first)) {
    *out += static_cast<char>(c);
  } else if (escaping == NameEscaping::kUnderscores) {
    *out += '_';
  } else if (escaping == NameEscaping::kValues) {
    *out += '_';
    AppendHex(c, out);
    *out += '_';
  } else {
    *out += c == '.' ? "_dot_" : "__";
  }
}

}  // namespace

std::string_view NameEscapingText(NameEscaping escaping) {
  for (const auto& [scheme, text] : kTexts) {
    if (scheme == escaping) return text;
  }
  return "";
}

std::optional<NameEscaping> NameEscapingOf(std::string_view text) {
  for (const auto& [scheme, name] : kTexts) {
    if (name == text) return scheme;
  }
  return std::nullopt;
}

std::string EscapeName(std::string_view name, NameEscaping escaping) {
  // Dots say even a plain name otherwise, so that they can be taken back.
  const bool keeps_plain = escaping != NameEscaping::kDots && IsLegacyMetricName(name);
  if (name.empty() || keeps_plain || escaping == NameEscaping::kAllowUtf8) {
    return std::string(name);
  }
  const std::string text = base::IsValidUtf8(name) ? std::string(name) : base::RepairUtf8(name);
  std::string out = escaping == NameEscaping::kValues ? "U__" : "";
  for (size_t at = 0; at < text.size();) {
    const bool is_first = at == 0;
    AppendCharacter(TakeCharacter(text, &at), is_first, escaping, &out);
  }
  return out;
}

}  // namespace vedette::model::exposition
