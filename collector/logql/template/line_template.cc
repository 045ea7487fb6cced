#include "collector/logql/template/line_template.h"

#include <string>
#include <utility>

#include "base/strings.h"

namespace vedette::logql {
namespace {

using base::tmpl::Value;

// Of one line; a hostile template ends here and not with the machine's memory.
constexpr base::tmpl::Limits kLimits = {
    .max_source_bytes = 128 << 10,
    .max_depth = 50,
    .max_output_bytes = 1 << 20,
    .max_steps = 20'000,
    .max_made_bytes = 16 << 20,
};

base::tmpl::Functions LineFunctions(const std::shared_ptr<LineContext>& context) {
  static const base::tmpl::Functions shared = [] {
    base::tmpl::Functions functions;
    AddTextFunctions(&functions);
    AddNumberFunctions(&functions);
    AddTimeFunctions(&functions);
    return functions;
  }();
  base::tmpl::Functions functions = shared;
  AddRegexFunctions(&functions);  // these keep what they compiled
  functions["__line__"] = {0, 0, [context](std::span<const Value>) -> base::StatusOr<Value> {
                             return Value(context->line);
                           }};
  functions["__timestamp__"] = {0, 0, [context](std::span<const Value>) -> base::StatusOr<Value> {
                                  return Value(base::GoTime::FromUnix(0, context->timestamp_ns));
                                }};
  return functions;
}

}  // namespace

base::Status TooMuchMade() {
  return base::ResourceExhausted(
      base::Concat({"more than ", std::to_string(kMaxMadeBytes), " bytes"}));
}

base::StatusOr<LineTemplate> LineTemplate::Parse(std::string name, std::string_view source) {
  LineTemplate made;
  made.context_ = std::make_shared<LineContext>();
  VEDETTE_ASSIGN_OR_RETURN(
      made.template_,
      base::tmpl::Template::Parse(std::move(name), source, LineFunctions(made.context_), kLimits));
  return made;
}

base::StatusOr<std::string> LineTemplate::Execute(const LineContext& context,
                                                  Value::Map labels) const {
  *context_ = context;
  return template_.Execute(Value::FromMap(std::move(labels), Value::Missing::kEmptyString));
}

}  // namespace vedette::logql
