#include <re2/re2.h>

#include <string>

#include "base/regex.h"
#include "collector/logql/eval.h"
#include "model/regex_template.h"

namespace vedette::logql {

base::StatusOr<GridValue> EvalLabelReplace(const LabelReplace& replace, GridValue inner) {
  if (inner.is_scalar) return inner;
  VEDETTE_ASSIGN_OR_RETURN(const auto regex, base::CompileRegex(replace.regex));
  for (GridSeries& series : inner.series) {
    const std::string value(series.labels.Get(replace.source));
    const auto groups = model::RegexGroups::Match(*regex, value);
    if (!groups) continue;
    model::LabelsBuilder builder(series.labels);
    builder.Set(replace.destination, groups->Expand(replace.replacement));
    series.labels = builder.Build();
  }
  return inner;
}

}  // namespace vedette::logql
