#include <re2/re2.h>

#include <string>

#include "base/regex.h"
#include "base/strings.h"
#include "collector/logql/eval.h"
#include "collector/logql/template/line_template.h"
#include "model/regex_template.h"

namespace vedette::logql {

base::StatusOr<GridValue> EvalLabelReplace(const LabelReplace& replace, GridValue inner,
                                           Budget* budget) {
  if (inner.is_scalar) return inner;
  VEDETTE_ASSIGN_OR_RETURN(const auto regex, base::CompileRegex(replace.regex));
  for (GridSeries& series : inner.series) {
    const std::string value(series.labels.Get(replace.source));
    const auto groups = model::RegexGroups::Match(*regex, value);
    if (!groups) continue;
    auto made = groups->Expand(replace.replacement, kMaxMadeBytes);
    if (!made) {
      return base::ResourceExhausted(
          base::Concat({"label_replace: found a value of more than ", std::to_string(kMaxMadeBytes),
                        " bytes, which is the most"}));
    }
    VEDETTE_RETURN_IF_ERROR(budget->Check());
    VEDETTE_RETURN_IF_ERROR(budget->ChargeMemory(made->size()));
    model::LabelsBuilder builder(series.labels);
    builder.Set(replace.destination, *std::move(made));
    series.labels = builder.Build();
  }
  return inner;
}

}  // namespace vedette::logql
