#include "base/template/template.h"

#include <utility>

#include "base/strings.h"
#include "base/template/ast.h"
#include "base/template/builtins.h"
#include "base/template/executor.h"
#include "base/template/parser.h"

namespace vedette::base::tmpl {

StatusOr<Template> Template::Parse(std::string name, std::string_view source, Functions functions,
                                   const Limits& limits) {
  if (source.size() > limits.max_source_bytes) {
    return InvalidArgument(Concat(
        {"template: ", name, ": longer than ", std::to_string(limits.max_source_bytes), " bytes"}));
  }
  auto parsed = std::make_shared<Parsed>();
  parsed->name = std::move(name);
  parsed->source = std::string(source);
  parsed->functions = std::move(functions);
  parsed->functions.insert(Builtins().begin(), Builtins().end());
  parsed->limits = limits;
  VEDETTE_RETURN_IF_ERROR(Parser(parsed.get()).Run());
  Template made;
  made.parsed_ = std::move(parsed);
  return made;
}

StatusOr<std::string> Template::Execute(const Value& data) const {
  return Executor(*parsed_, data).Run();
}

}  // namespace vedette::base::tmpl
