#include <algorithm>
#include <array>

#include "base/strings.h"
#include "base/utf8.h"

// strconv.Quote: which runes are printed and how the others are escaped.

namespace vedette::base {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// White space other than U+0020, control, format, surrogate and private-use characters and
// noncharacters, sorted.
constexpr std::array kUnprintable = {
    Range{0x00, 0x1F},       Range{0x7F, 0xA0},        Range{0xAD, 0xAD},
    Range{0x600, 0x605},     Range{0x61C, 0x61C},      Range{0x6DD, 0x6DD},
    Range{0x70F, 0x70F},     Range{0x890, 0x891},      Range{0x8E2, 0x8E2},
    Range{0x1680, 0x1680},   Range{0x180E, 0x180E},    Range{0x2000, 0x200F},
    Range{0x2028, 0x202F},   Range{0x205F, 0x206F},    Range{0x3000, 0x3000},
    Range{0xD800, 0xF8FF},   Range{0xFDD0, 0xFDEF},    Range{0xFEFF, 0xFEFF},
    Range{0xFFF0, 0xFFFB},   Range{0xFFFE, 0xFFFF},    Range{0x110BD, 0x110BD},
    Range{0x110CD, 0x110CD}, Range{0x13430, 0x1343F},  Range{0x1BCA0, 0x1BCA3},
    Range{0x1D173, 0x1D17A}, Range{0x1FFFE, 0x1FFFF},  Range{0x2FFFE, 0x2FFFF},
    Range{0xE0000, 0xE00FF}, Range{0xE01F0, 0x10FFFF},
};

bool IsPrintable(uint32_t rune) {
  const auto range = std::lower_bound(kUnprintable.begin(), kUnprintable.end(), rune,
                                      [](const Range& r, uint32_t v) { return r.last < v; });
  return range == kUnprintable.end() || rune < range->first;
}

void AppendHex(uint32_t value, int digits, std::string* out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out->push_back("0123456789abcdef"[value >> shift & 0xF]);
  }
}

// The escapes of one letter, or 0.
char ShortEscape(uint32_t rune) {
  constexpr std::string_view kLetters = "abtnvfr";  // U+0007 to U+000D
  if (rune >= 7 && rune <= 13) return kLetters[rune - 7];
  return rune == '"' || rune == '\\' ? static_cast<char>(rune) : '\0';
}

void AppendQuotedRune(uint32_t rune, std::string* out) {
  if (const char letter = ShortEscape(rune)) {
    *out += {'\\', letter};
  } else if (IsPrintable(rune)) {
    AppendRune(rune, out);
  } else if (rune < ' ' || rune == 0x7F) {
    *out += "\\x";
    AppendHex(rune, 2, out);
  } else if (rune < 0x10000) {
    *out += "\\u";
    AppendHex(rune, 4, out);
  } else {
    *out += "\\U";
    AppendHex(rune, 8, out);
  }
}

}  // namespace

std::string GoQuote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (rune.valid) {
      AppendQuotedRune(rune.value, &out);
    } else {
      out += "\\x";
      AppendHex(static_cast<uint8_t>(text[0]), 2, &out);
    }
    text.remove_prefix(rune.size);
  }
  out += '"';
  return out;
}

}  // namespace vedette::base
