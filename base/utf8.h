#ifndef VEDETTE_BASE_UTF8_H_
#define VEDETTE_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::base {

inline constexpr uint32_t kReplacementRune = 0xFFFD;

// One code point at the start of a text. `valid` is false, and size 1, where no well-formed
// sequence starts (overlong forms, surrogates and what lies above U+10FFFF are not well formed).
struct Rune {
  uint32_t value = kReplacementRune;
  size_t size = 1;
  bool valid = false;
};
// `text` must not be empty.
Rune DecodeRune(std::string_view text);
void AppendRune(uint32_t rune, std::string* out);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_UTF8_H_
