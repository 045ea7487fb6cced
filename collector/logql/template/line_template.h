#ifndef VEDETTE_COLLECTOR_LOGQL_TEMPLATE_LINE_TEMPLATE_H_
#define VEDETTE_COLLECTOR_LOGQL_TEMPLATE_LINE_TEMPLATE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/template/template.h"

namespace vedette::logql {

// What functions of a template know beside their arguments.
struct LineContext {
  std::string_view line;
  int64_t timestamp_ns = 0;
};

// A template of line_format or label_format, with Loki's functions. One thread: functions read the
// line of the execution that runs.
class LineTemplate {
 public:
  // `name`: "line" or "label", as messages call it.
  static base::StatusOr<LineTemplate> Parse(std::string name, std::string_view source);

  // Labels that are not there read as "". Errors are Go's: `template: line:1:3: executing ...`.
  base::StatusOr<std::string> Execute(const LineContext& context,
                                      base::tmpl::Value::Map labels) const;
  // The labels that it reads.
  std::vector<std::string> FieldNames() const { return template_.FieldNames(); }

 private:
  LineTemplate() = default;
  std::shared_ptr<LineContext> context_;
  base::tmpl::Template template_;
};

// Functions by their kind, as templates call them.
void AddTextFunctions(base::tmpl::Functions* functions);
void AddRegexFunctions(base::tmpl::Functions* functions);
void AddNumberFunctions(base::tmpl::Functions* functions);
void AddTimeFunctions(base::tmpl::Functions* functions);

// No function makes more of a line than a line may become; TooMuchMade: one would have.
inline constexpr size_t kMaxMadeBytes = 1 << 20;
base::Status TooMuchMade();

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_TEMPLATE_LINE_TEMPLATE_H_
