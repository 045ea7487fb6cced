#include "collector/logql/parse/token_stream.h"

#include <algorithm>

#include "base/strings.h"
#include "collector/logql/parse/lexer.h"

namespace vedette::logql {

const Token& TokenStream::Peek(size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

const Token& TokenStream::Take() {
  const Token& token = Peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool TokenStream::AcceptOperator(std::string_view text) {
  if (!Peek().IsOperator(text)) return false;
  Take();
  return true;
}

bool TokenStream::AcceptKeyword(std::string_view text) {
  if (!Peek().IsKeyword(text)) return false;
  Take();
  return true;
}

base::Status TokenStream::ExpectOperator(std::string_view text) {
  return AcceptOperator(text) ? base::Status() : Unexpected(text);
}

base::Status TokenStream::Unexpected(std::string_view expecting) const {
  return ParseError(Peek().line, Peek().column,
                    base::Concat({"syntax error: unexpected ", Peek().Name(),
                                  expecting.empty() ? "" : ", expecting ", expecting}));
}

base::Status TokenStream::TooDeep() const {
  return ParseError(Peek().line, Peek().column, "query is nested too deeply");
}

base::Status Nonsense(std::string_view what) {
  return base::InvalidArgument(base::Concat({"parse error : ", what}));
}

}  // namespace vedette::logql
