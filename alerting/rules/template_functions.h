#ifndef VEDETTE_ALERTING_RULES_TEMPLATE_FUNCTIONS_H_
#define VEDETTE_ALERTING_RULES_TEMPLATE_FUNCTIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alerting/rules/querier.h"
#include "base/status.h"
#include "base/template/template.h"

namespace vedette::rules {

// What the functions of one template reach for while it runs. Set before each execution.
struct TemplateContext {
  std::function<base::StatusOr<std::vector<VectorSample>>(const std::string& expr)> query;
  std::string external_url;
};

// Prometheus' template functions: query first value label strvalue sortByLabel args humanize
// humanize1024 humanizeDuration humanizePercentage humanizeTimestamp title toUpper toLower
// stripPort stripDomain match reReplaceAll graphLink tableLink parseDuration externalURL pathPrefix
// urlQueryEscape safeHtml.
base::tmpl::Functions TemplateFunctions(const std::shared_ptr<TemplateContext>& context);

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_TEMPLATE_FUNCTIONS_H_
