#ifndef VEDETTE_ALERTING_RULES_RULE_TEMPLATE_H_
#define VEDETTE_ALERTING_RULES_RULE_TEMPLATE_H_

#include <memory>
#include <string>
#include <string_view>

#include "alerting/rules/template_functions.h"
#include "base/status.h"
#include "base/template/template.h"
#include "model/labels.h"

namespace vedette::rules {

// One label value or annotation of an alerting rule: a template over the alert. One thread at a
// time.
class RuleTemplate {
 public:
  // What all templates of one evaluation see.
  struct Data {
    const model::Labels* labels = nullptr;  // of the sample, __name__ included
    const model::Labels* external_labels = nullptr;
    std::string external_url;
    double value = 0;
    std::function<base::StatusOr<std::vector<VectorSample>>(const std::string& expr)> query;
  };

  // Errors carry the position in `text`.
  static base::StatusOr<RuleTemplate> Parse(const std::string& alert_name, std::string_view text);

  // Never fails: what goes wrong becomes the text, "<error expanding template: ...>".
  std::string Expand(const Data& data) const;

 private:
  std::string name_;
  std::string plain_;  // set when there is nothing to expand
  bool is_plain_ = false;
  std::shared_ptr<TemplateContext> context_;
  base::tmpl::Template template_;
};

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_RULE_TEMPLATE_H_
