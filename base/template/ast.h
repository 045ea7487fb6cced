#ifndef VEDETTE_BASE_TEMPLATE_AST_H_
#define VEDETTE_BASE_TEMPLATE_AST_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/template/template.h"
#include "base/template/value.h"

// The tree of a parsed template. Its depth is bounded by Limits::max_depth, so recursion over it
// is.

namespace vedette::base::tmpl {

struct Pipe;

// One word of a command.
struct Operand {
  enum class Kind { kConstant, kDot, kNil, kField, kVariable, kFunction, kPipe };
  Kind kind = Kind::kDot;
  size_t position = 0;               // byte offset in the source, for messages
  std::string name;                  // kVariable ("$x"), kFunction
  Value constant;                    // kConstant
  std::shared_ptr<const Pipe> pipe;  // kPipe: a parenthesis
  std::vector<std::string> fields;   // .a.b after any of them; the whole of kField
  std::string text;                  // as messages show it
};

// A function or value and its arguments.
struct Command {
  size_t position = 0;
  std::vector<Operand> words;  // at least one
  std::string Text() const;
};

// $a, $b := command | command
struct Pipe {
  size_t position = 0;
  std::vector<std::string> variables;
  bool assigns = false;  // "=": the variables exist; otherwise ":=" declares them
  std::vector<Command> commands;
};

struct Statement {
  enum class Kind { kText, kAction, kIf, kRange, kWith, kTemplate, kBreak, kContinue };
  Kind kind = Kind::kText;
  size_t position = 0;
  std::string text;  // kText: the text; kTemplate: the name
  Pipe pipe;         // empty for `template "x"` without data
  std::vector<Statement> body;
  std::vector<Statement> otherwise;
};

struct Template::Parsed {
  std::string name;
  std::string source;
  Functions functions;
  Limits limits;
  std::vector<Statement> body;
  std::map<std::string, std::vector<Statement>, std::less<>> definitions;
};

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_AST_H_
