#ifndef VEDETTE_COLLECTOR_PROMQL_RUNE_TEXT_H_
#define VEDETTE_COLLECTOR_PROMQL_RUNE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Characters of a query as the lexer's messages and the string literals need them.

namespace vedette::promql {

// 'x' and U+0078 'x', as Go's %q and %#U print a character.
std::string QuoteRune(uint32_t rune);
std::string DescribeRune(uint32_t rune);

// 0..15, or 16 for what is no hexadecimal digit.
uint32_t DigitValue(char c);

// Appends what a checked escape sequence (its backslash left off) stands for; returns its length.
size_t AppendEscape(std::string_view escape, std::string* out);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_RUNE_TEXT_H_
