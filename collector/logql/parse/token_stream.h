#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_TOKEN_STREAM_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_TOKEN_STREAM_H_

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/token.h"

namespace vedette::logql {

// The tokens of one query and how far the parser has come, and the errors at this place. A parse
// makes one; the parts of the parser share it. One thread.
class TokenStream {
 public:
  // `tokens` end with kEnd, which is never taken.
  explicit TokenStream(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& Peek(size_t ahead = 0) const;
  const Token& Take();
  // Takes the next token if it is this one.
  bool AcceptOperator(std::string_view text);
  bool AcceptKeyword(std::string_view text);
  base::Status ExpectOperator(std::string_view text);

  // "syntax error: unexpected TOKEN, expecting WHAT" at the next token.
  base::Status Unexpected(std::string_view expecting = {}) const;
  base::Status TooDeep() const;

 private:
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

// An error of a query that is well formed and makes no sense; it has no place.
base::Status Nonsense(std::string_view what);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_TOKEN_STREAM_H_
