#include "base/escape.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "base/utf8.h"

namespace vedette::base {
namespace {

// A number of exactly `count` digits at the front of `text`; false if there is none.
bool ReadDigits(std::string_view text, size_t count, int radix, uint32_t* value) {
  if (text.size() < count) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, *value, radix);
  return error == std::errc() && end == text.data() + count;
}

std::string_view HtmlOf(char c) {
  switch (c) {
    case '\0':
      return "\xef\xbf\xbd";
    case '"':
      return "&#34;";
    case '\'':
      return "&#39;";
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return {};
  }
}

bool StandsInQuery(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

size_t TakeGoEscape(std::string_view text, std::string* out) {
  constexpr std::string_view kNames = "abfnrtv\\'\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
  if (text.empty()) return 0;
  const char c = text.front();
  if (const size_t at = kNames.find(c); at != std::string_view::npos) {
    out->push_back(kMeanings[at]);
    return 1;
  }
  uint32_t value = 0;
  if (c >= '0' && c <= '7') {
    if (!ReadDigits(text, 3, 8, &value) || value > 0xFF) return 0;
    out->push_back(static_cast<char>(value));
    return 3;
  }
  const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits == 0 || !ReadDigits(text.substr(1), digits, 16, &value)) return 0;
  if (c == 'x') {
    out->push_back(static_cast<char>(value));
  } else {
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
    AppendRune(value, out);
  }
  return 1 + digits;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const std::string_view escaped = HtmlOf(c);
    if (escaped.empty()) {
      out.push_back(c);
    } else {
      out += escaped;
    }
  }
  return out;
}

std::string EscapeQuery(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (StandsInQuery(c)) {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

std::string EncodeBase64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t taken = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t b = 0; b < 3; ++b) {
      bits = bits << 8 | (b < taken ? static_cast<unsigned char>(bytes[i + b]) : 0u);
    }
    for (size_t digit = 0; digit < 4; ++digit) {
      out.push_back(digit <= taken ? kDigits[bits >> (18 - 6 * digit) & 63] : '=');
    }
  }
  return out;
}

}  // namespace vedette::base
