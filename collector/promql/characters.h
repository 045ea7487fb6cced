#ifndef VEDETTE_COLLECTOR_PROMQL_CHARACTERS_H_
#define VEDETTE_COLLECTOR_PROMQL_CHARACTERS_H_

// The bytes that the lexers tell apart, whatever the locale.

namespace vedette::promql {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// What a word begins with.
inline bool IsAlpha(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool IsAlphaNumeric(char c) { return IsAlpha(c) || IsDigit(c); }
inline bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_CHARACTERS_H_
