#include "collector/logql/template/letter_case.h"

#include <cstdint>

#include "base/utf8.h"

namespace vedette::logql {
namespace {

bool Within(uint32_t rune, uint32_t first, uint32_t last) { return rune >= first && rune <= last; }

// Blocks where upper and lower case alternate, the upper one even.
bool AlternatesFromEven(uint32_t rune) {
  return Within(rune, 0x100, 0x137) || Within(rune, 0x14A, 0x177) || Within(rune, 0x460, 0x481) ||
         Within(rune, 0x48A, 0x4BF) || Within(rune, 0x4D0, 0x52F) || Within(rune, 0x1E00, 0x1E95) ||
         Within(rune, 0x1EA0, 0x1EFF);
}
bool AlternatesFromOdd(uint32_t rune) {
  return Within(rune, 0x139, 0x148) || Within(rune, 0x179, 0x17E) || Within(rune, 0x4C1, 0x4CE);
}

uint32_t Upper(uint32_t rune) {
  if (Within(rune, 'a', 'z')) return rune - 0x20;
  if (rune < 0x80) return rune;
  if (rune == 0xB5) return 0x39C;
  if (Within(rune, 0xE0, 0xFE) && rune != 0xF7) return rune - 0x20;
  if (rune == 0xFF) return 0x178;
  if (rune == 0x131) return 'I';
  if (AlternatesFromEven(rune)) return rune & ~1u;
  if (AlternatesFromOdd(rune)) return rune - (rune % 2 == 0 ? 1 : 0);
  if (rune == 0x3C2) return 0x3A3;
  if (Within(rune, 0x3B1, 0x3CB)) return rune - 0x20;
  if (Within(rune, 0x430, 0x44F)) return rune - 0x20;
  if (Within(rune, 0x450, 0x45F)) return rune - 0x50;
  return rune;
}

uint32_t Lower(uint32_t rune) {
  if (Within(rune, 'A', 'Z')) return rune + 0x20;
  if (rune < 0x80) return rune;
  if (Within(rune, 0xC0, 0xDE) && rune != 0xD7) return rune + 0x20;
  if (rune == 0x130) return 'i';
  if (rune == 0x178) return 0xFF;
  if (AlternatesFromEven(rune)) return rune | 1u;
  if (AlternatesFromOdd(rune)) return rune + (rune % 2 == 0 ? 0 : 1);
  if (Within(rune, 0x391, 0x3AB) && rune != 0x3A2) return rune + 0x20;
  if (Within(rune, 0x410, 0x42F)) return rune + 0x20;
  if (Within(rune, 0x400, 0x40F)) return rune + 0x50;
  return rune;
}

template <typename Map>
std::string MapRunes(std::string_view text, const Map& map) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const base::Rune rune = base::DecodeRune(text);
    base::AppendRune(map(rune.value), &out);
    text.remove_prefix(rune.size);
  }
  return out;
}

bool IsWordRune(uint32_t rune) {
  return Within(rune, 'a', 'z') || Within(rune, 'A', 'Z') || Within(rune, '0', '9') ||
         rune == '_' || rune == '\'' || rune >= 0x80;
}

}  // namespace

std::string ToUpperCase(std::string_view text) { return MapRunes(text, Upper); }
std::string ToLowerCase(std::string_view text) { return MapRunes(text, Lower); }

std::string ToTitleCase(std::string_view text) {
  bool start = true;
  return MapRunes(text, [&](uint32_t rune) {
    const bool first = start;
    start = !IsWordRune(rune);
    return first ? Upper(rune) : rune;
  });
}

}  // namespace vedette::logql
