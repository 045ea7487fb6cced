#ifndef VEDETTE_BASE_TEMPLATE_LEXER_H_
#define VEDETTE_BASE_TEMPLATE_LEXER_H_

#include <string>
#include <string_view>
#include <vector>

namespace vedette::base::tmpl {

struct Token {
  enum class Kind {
    kText,
    kOpen,   // {{
    kClose,  // }}
    kSpace,
    kWord,      // identifier or keyword
    kField,     // .name (text without the dot)
    kVariable,  // $ or $name
    kDot,
    kNumber,
    kString,  // text is the value, unquoted
    kChar,    // text is the literal, quoted
    kPipe,
    kOpenParen,
    kCloseParen,
    kAssign,   // =
    kDeclare,  // :=
    kComma,
    kEnd,
    kError,  // text says what
  };
  Kind kind = Kind::kEnd;
  size_t position = 0;
  std::string text;
};

// Cuts a template into tokens; trim markers and comments are already applied. The last token is
// kEnd or kError.
std::vector<Token> Tokenize(std::string_view source);

// Whether a kWord is one of the language's own: if, end, nil ...
bool IsKeyword(std::string_view word);

// 1-based line of a byte offset.
int LineOf(std::string_view source, size_t position);

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_LEXER_H_
