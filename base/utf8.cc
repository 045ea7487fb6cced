#include "base/utf8.h"

#include "base/strings.h"

namespace vedette::base {
namespace {

uint8_t ByteAt(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

struct Lead {
  size_t size;       // of the whole sequence, 0: no lead byte
  uint32_t bits;     // of the lead byte's own
  uint32_t minimum;  // smallest code point not overlong
};

Lead DecodeLead(uint8_t b) {
  if (b >= 0xC2 && b <= 0xDF) return {2, b & 0x1Fu, 0x80};
  if ((b & 0xF0) == 0xE0) return {3, b & 0x0Fu, 0x800};
  if (b >= 0xF0 && b <= 0xF4) return {4, b & 0x07u, 0x10000};
  return {0, 0, 0};
}

}  // namespace

Rune DecodeRune(std::string_view text) {
  const uint8_t first = ByteAt(text, 0);
  if (first < 0x80) return {first, 1, true};
  const Lead lead = DecodeLead(first);
  if (lead.size == 0 || text.size() < lead.size) return {};
  uint32_t value = lead.bits;
  for (size_t i = 1; i < lead.size; ++i) {
    if ((ByteAt(text, i) & 0xC0) != 0x80) return {};
    value = value << 6 | (ByteAt(text, i) & 0x3Fu);
  }
  if (value < lead.minimum || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, lead.size, true};
}

void AppendRune(uint32_t rune, std::string* out) {
  const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0 | rune >> 6);
    put(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    put(0xE0 | rune >> 12);
    put(0x80 | (rune >> 6 & 0x3F));
    put(0x80 | (rune & 0x3F));
  } else {
    put(0xF0 | rune >> 18);
    put(0x80 | (rune >> 12 & 0x3F));
    put(0x80 | (rune >> 6 & 0x3F));
    put(0x80 | (rune & 0x3F));
  }
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (!rune.valid) return false;
    text.remove_prefix(rune.size);
  }
  return true;
}

std::string RepairUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (rune.valid) {
      out.append(text.substr(0, rune.size));
    } else {
      AppendRune(kReplacementRune, &out);
    }
    text.remove_prefix(rune.size);
  }
  return out;
}

}  // namespace vedette::base
