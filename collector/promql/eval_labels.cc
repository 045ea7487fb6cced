#include "base/regex.h"
#include "base/strings.h"
#include "collector/promql/evaluator.h"
#include "model/regex_template.h"

// label_replace and label_join.

namespace vedette::promql {
namespace {

const std::string& TextArg(const CallExpr& call, size_t i) {
  return As<StringLiteral>(StripParens(*call.args[i])).value;
}

bool IsLabelName(std::string_view name) { return !name.empty() && base::IsValidUtf8(name); }

// Each call could multiply what the one inside made.
constexpr size_t kMaxMadeBytes = 1 << 20;

base::Status TooLong(std::string_view function) {
  return ExecutionError(base::Concat({function, "(): found a value of more than ",
                                      std::to_string(kMaxMadeBytes), " bytes, which is the most"}));
}

void SetLabel(Row* row, const std::string& name, const std::string& value) {
  row->labels = model::LabelsBuilder(row->labels).Set(name, value).Build();
  if (name == model::kMetricName) row->drop_name = false;
}

}  // namespace

base::StatusOr<Table> Evaluator::EvalLabelReplace(const CallExpr& call, const Grid& grid) {
  const std::string& destination = TextArg(call, 1);
  const std::string& replacement = TextArg(call, 2);
  const std::string& source = TextArg(call, 3);
  const auto regex = base::CompileRegex(TextArg(call, 4));
  if (!regex.ok()) {
    return ExecutionError("invalid regular expression in label_replace(): " + TextArg(call, 4));
  }
  if (!IsLabelName(destination)) {
    return ExecutionError("invalid destination label name in label_replace(): " + destination);
  }
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  for (Row& row : table.rows) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    const std::string value(row.labels.Get(source));
    const auto groups = model::RegexGroups::Match(**regex, value);
    if (!groups) continue;
    const auto made = groups->Expand(replacement, kMaxMadeBytes);
    if (!made) return TooLong("label_replace");
    VEDETTE_RETURN_IF_ERROR(run_->Hold(0, made->size()));
    SetLabel(&row, destination, *made);
  }
  VEDETTE_RETURN_IF_ERROR(MergeRelabelled(&table));
  return table;
}

base::StatusOr<Table> Evaluator::EvalLabelJoin(const CallExpr& call, const Grid& grid) {
  const std::string& destination = TextArg(call, 1);
  const std::string& separator = TextArg(call, 2);
  for (size_t i = 3; i < call.args.size(); ++i) {
    if (IsLabelName(TextArg(call, i))) continue;
    return ExecutionError("invalid source label name in label_join(): " + TextArg(call, i));
  }
  if (!IsLabelName(destination)) {
    return ExecutionError("invalid destination label name in label_join(): " + destination);
  }
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  for (Row& row : table.rows) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    std::string joined;
    for (size_t i = 3; i < call.args.size(); ++i) {
      if (i > 3) joined += separator;
      joined += row.labels.Get(TextArg(call, i));
      if (joined.size() > kMaxMadeBytes) return TooLong("label_join");
    }
    VEDETTE_RETURN_IF_ERROR(run_->Hold(0, joined.size()));
    SetLabel(&row, destination, joined);
  }
  VEDETTE_RETURN_IF_ERROR(MergeRelabelled(&table));
  return table;
}

}  // namespace vedette::promql
