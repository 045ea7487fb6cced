#ifndef VEDETTE_BASE_TEMPLATE_TEMPLATE_H_
#define VEDETTE_BASE_TEMPLATE_TEMPLATE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/template/value.h"

// The part of Go's text/template that rule files and notifications use: text, actions, pipelines,
// fields, variables, if/else if/with/range/break/continue/define/template/block, comments and trim
// markers, the predefined functions, and functions that the caller adds.

namespace vedette::base::tmpl {

// What a function takes at one place, where it does not take everything.
enum class Param { kAny, kString, kInt, kTime };

// A function of the language. `args` are evaluated; in a pipeline the piped value is the last. An
// error's message becomes "error calling NAME: MESSAGE".
struct Function {
  size_t min_args = 0;
  size_t max_args = 0;
  std::function<StatusOr<Value>(std::span<const Value> args)> call;
  // Of the arguments in their order, the last for all that follow; none: everything is taken. An
  // argument of another kind is an error of its own place: "wrong type for value; expected string".
  std::vector<Param> params = {};
};
using Functions = std::map<std::string, Function, std::less<>>;

struct Limits {
  size_t max_source_bytes = 1 << 20;
  size_t max_depth = 100;  // nesting of blocks, parentheses and template calls
  size_t max_output_bytes = 1 << 20;
  uint64_t max_steps = 1'000'000;  // nodes evaluated
  // What functions are given and make: text, 8 bytes an item of lists that they are given, 40 of
  // those that they make.
  size_t max_made_bytes = 64 << 20;
};

// A parsed template. Immutable after Parse, thread-safe.
class Template {
 public:
  // `name` is what error messages call it. Errors: "template: NAME:LINE: WHAT".
  static StatusOr<Template> Parse(std::string name, std::string_view source, Functions functions,
                                  const Limits& limits = {});

  // Errors: `template: NAME:LINE:COLUMN: executing "NAME" at <NODE>: WHAT`, ResourceExhausted when
  // a limit is passed. Nothing of a failed execution is returned.
  StatusOr<std::string> Execute(const Value& data) const;

  // The names of all fields that it reads, sorted: "a" and "b" of {{ .a.b }}.
  std::vector<std::string> FieldNames() const;

 private:
  struct Parsed;
  friend class Parser;
  friend class Executor;
  std::shared_ptr<const Parsed> parsed_;
};

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_TEMPLATE_H_
