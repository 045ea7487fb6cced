#ifndef VEDETTE_BASE_TEMPLATE_PARSER_H_
#define VEDETTE_BASE_TEMPLATE_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/template/ast.h"
#include "base/template/lexer.h"

namespace vedette::base::tmpl {

// Builds the tree from the tokens. Recursive descent, bounded by Limits::max_depth. One use.
class Parser {
 public:
  // Fills parsed->body and parsed->definitions from parsed->source.
  explicit Parser(Template::Parsed* parsed);
  Status Run();

 private:
  enum class Stop { kEnd, kEndAction, kElse, kElseIf, kElseWith };

  // Counts one level of nesting while it lives.
  class Nesting {
   public:
    explicit Nesting(Parser* parser) : parser_(parser) { ++parser_->depth_; }
    ~Nesting() { --parser_->depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    Status Check(size_t position) const;

   private:
    Parser* const parser_;
  };

  // The next token; kEnd for ever at the end.
  const Token& Peek() const { return tokens_[at_]; }
  const Token& PeekNonSpace();
  Token Next();
  bool PeekWord(std::string_view word);
  Status Fail(size_t position, std::string_view what) const;
  Status Unexpected(const Token& token, std::string_view context) const;
  Status ExpectClose(std::string_view context);

  Status ParseList(std::vector<Statement>* out, Stop* stop);
  Status ParseAction(std::vector<Statement>* out, Stop* stop, bool* stopped);
  Status ParseKeyword(const std::string& word, size_t position, std::vector<Statement>* out,
                      Stop* stop, bool* stopped);
  Status ParseElse(Stop* stop);
  Status ParseControl(Statement::Kind kind, size_t position, std::vector<Statement>* out);
  Status ParseBranches(Statement* statement);
  Status ParseTemplateCall(size_t position, std::vector<Statement>* out);
  Status ParseDefine(bool block, size_t position, std::vector<Statement>* out);
  Status ParseLoopWord(Statement::Kind kind, size_t position, std::vector<Statement>* out);
  Status ParseName(std::string_view context, std::string* name);

  // parser_pipe.cc
  Status ParsePipe(std::string_view context, Token::Kind end, bool range, Pipe* pipe);
  Status ParseDeclaration(std::string_view context, bool range, Pipe* pipe);
  Status ParseCommand(Command* command);
  Status ParseOperand(Operand* operand);
  Status ParseTerm(const Token& token, Operand* operand);
  Status ParseNumber(const Token& token, Operand* operand);
  Status ParseWord(const Token& token, Operand* operand);
  Status ParseParenthesised(Operand* operand);
  bool KnowsVariable(std::string_view name) const;

  Template::Parsed* const parsed_;
  const std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t depth_ = 0;
  int loops_ = 0;  // {{range}} around this place
  std::vector<std::string> variables_{"$"};
};

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_PARSER_H_
