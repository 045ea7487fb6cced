#include "collector/promql/rune_text.h"

#include <cstdio>

#include "base/strings.h"
#include "base/utf8.h"

namespace vedette::promql {
namespace {

uint32_t Byte(char c) { return static_cast<unsigned char>(c); }

}  // namespace

std::string QuoteRune(uint32_t rune) {
  if (rune == '\'') return "'\\''";
  if (rune == '"') return "'\"'";
  std::string text;
  base::AppendRune(rune, &text);
  std::string quoted = base::GoQuote(text);
  quoted.front() = quoted.back() = '\'';
  return quoted;
}

std::string DescribeRune(uint32_t rune) {
  char code[16];
  std::snprintf(code, sizeof code, "U+%04X", rune);
  std::string out = code;
  if (rune < 0x20 || rune == 0x7F) return out;
  out += " '";
  base::AppendRune(rune, &out);
  return out + "'";
}

uint32_t DigitValue(char c) {
  if (c >= '0' && c <= '9') return Byte(c) - '0';
  if (c >= 'a' && c <= 'f') return Byte(c) - 'a' + 10;
  if (c >= 'A' && c <= 'F') return Byte(c) - 'A' + 10;
  return 16;
}

size_t AppendEscape(std::string_view escape, std::string* out) {
  const char c = escape[0];
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v";
  if (const size_t at = kNames.find(c); at != std::string_view::npos) {
    out->push_back(kValues[at]);
    return 1;
  }
  const bool octal = c >= '0' && c <= '7';
  if (!octal && c != 'x' && c != 'u' && c != 'U') {
    out->push_back(c);
    return 1;
  }
  const size_t begin = octal ? 0 : 1;
  const size_t length = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : 8;
  uint32_t value = 0;
  for (size_t i = 0; i < length; ++i) {
    value = value * (octal ? 8 : 16) + DigitValue(escape[begin + i]);
  }
  if (octal || c == 'x') {
    out->push_back(static_cast<char>(value));
  } else {
    base::AppendRune(value, out);
  }
  return begin + length;
}

}  // namespace vedette::promql
