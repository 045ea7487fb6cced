#include "alerting/rules/rule_template.h"

#include <utility>

#include "base/strings.h"

namespace vedette::rules {
namespace {

using base::tmpl::Value;

// On the same line as the text, so that columns in errors are those that Prometheus reports.
constexpr std::string_view kDefinitions =
    "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}"
    "{{$externalURL := .ExternalURL}}{{$value := .Value}}";

Value LabelMap(const model::Labels& labels) {
  Value::Map map;
  for (const model::LabelView& label : labels) map.emplace(label.name, Value(label.value));
  return Value::FromMap(std::move(map), Value::Missing::kEmptyString);
}

}  // namespace

base::StatusOr<RuleTemplate> RuleTemplate::Parse(const std::string& alert_name,
                                                 std::string_view text) {
  RuleTemplate made;
  made.name_ = "__alert_" + alert_name;
  made.is_plain_ = text.find("{{") == std::string_view::npos;
  if (made.is_plain_) {
    made.plain_ = std::string(text);
    return made;
  }
  made.context_ = std::make_shared<TemplateContext>();
  auto parsed = base::tmpl::Template::Parse(made.name_, base::Concat({kDefinitions, text}),
                                            TemplateFunctions(made.context_));
  if (!parsed.ok()) {
    return base::Annotate(parsed.status(), "error parsing template " + made.name_);
  }
  made.template_ = std::move(*parsed);
  return made;
}

std::string RuleTemplate::Expand(const Data& data) const {
  if (is_plain_) return plain_;
  context_->query = data.query;
  context_->external_url = data.external_url;
  Value::Map root;
  root.emplace("Labels", LabelMap(*data.labels));
  root.emplace("ExternalLabels", LabelMap(*data.external_labels));
  root.emplace("ExternalURL", Value(data.external_url));
  root.emplace("Value", Value(data.value));
  const auto text = template_.Execute(Value::FromMap(std::move(root), Value::Missing::kError));
  context_->query = nullptr;
  if (text.ok()) return *text;
  return base::Concat({"<error expanding template: error executing template ", name_, ": ",
                       base::Message(text.status()), ">"});
}

}  // namespace vedette::rules
