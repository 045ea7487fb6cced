#ifndef VEDETTE_BASE_ESCAPE_H_
#define VEDETTE_BASE_ESCAPE_H_

#include <cstddef>
#include <string>
#include <string_view>

// Text made safe to stand inside other text, and back.

namespace vedette::base {

// Undoes one escape of a Go string literal; `text` begins behind the backslash:
// a b f n r t v \ ' "   101   x41   u0041   U00000041
// Appends what it stands for and returns its length in `text`; 0 where none is. Surrogates and what
// lies above U+10FFFF are none; a byte (octal, x) may be any.
size_t TakeGoEscape(std::string_view text, std::string* out);

// For HTML text and quoted attributes, as Go's template.HTMLEscapeString: & < > " ' and NUL.
std::string EscapeHtml(std::string_view text);

// For a value in a URL's query, as Go's url.QueryEscape: all but letters, digits and -_.~ become
// %XX, a space becomes +.
std::string EscapeQuery(std::string_view text);

// As RFC 4648 with padding: of a user and password in an Authorization header.
std::string EncodeBase64(std::string_view bytes);

}  // namespace vedette::base

#endif  // VEDETTE_BASE_ESCAPE_H_
