#include "collector/logql/template/base64_text.h"

#include <cstdint>

#include "base/strings.h"

namespace vedette::logql {
namespace {

int SextetOf(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::string Illegal(size_t at) {
  return base::Concat({"illegal base64 data at input byte ", std::to_string(at)});
}

// Whether nothing but the padding of a group with `digits` digits is left.
bool IsPadding(std::string_view rest, size_t digits) {
  return (digits == 2 && rest == "==") || (digits == 3 && rest == "=");
}

}  // namespace

std::string DecodeBase64Text(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || text[i] == '\r') continue;
    const int sextet = SextetOf(text[i]);
    if (sextet < 0) {
      if (!IsPadding(text.substr(i), digits)) return Illegal(i);
      break;
    }
    bits = bits << 6 | static_cast<uint32_t>(sextet);
    if (++digits < 4) continue;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<char>(bits >> shift & 0xFF));
    bits = 0;
    digits = 0;
  }
  if (digits == 0) return out;
  if (digits == 1 || text.back() != '=') return Illegal(text.size());
  bits <<= 6 * (4 - digits);
  out.push_back(static_cast<char>(bits >> 16 & 0xFF));
  if (digits == 3) out.push_back(static_cast<char>(bits >> 8 & 0xFF));
  return out;
}

}  // namespace vedette::logql
