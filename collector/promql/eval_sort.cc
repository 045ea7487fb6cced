#include <algorithm>
#include <cmath>

#include "collector/promql/evaluator.h"
#include "collector/promql/natural_order.h"

// sort and sort_by_label, ascending and descending: of an instant vector; a range query's result is
// ordered by labels anyway.

namespace vedette::promql {
namespace {

std::vector<std::string_view> LabelArgs(const CallExpr& call) {
  std::vector<std::string_view> out;
  for (size_t i = 1; i < call.args.size(); ++i) {
    out.push_back(As<StringLiteral>(StripParens(*call.args[i])).value);
  }
  return out;
}

bool LabelsBefore(const model::Labels& a, const model::Labels& b,
                  const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    const std::string_view x = a.Get(name);
    const std::string_view y = b.Get(name);
    if (x != y) return NaturallyBefore(x, y);
  }
  return a < b;
}

}  // namespace

void Evaluator::WarnIneffectiveSort(const CallExpr& call) const {
  if (!run_->Newer() || run_->settings().step_ms == 0) return;
  run_->annotations().Warn(
      "sort is ineffective for range queries since results are always ordered by labels", call.pos);
}

// Floats only; NaN goes last.
base::StatusOr<Table> Evaluator::EvalSort(const CallExpr& call, const Grid& grid, bool descending) {
  WarnIneffectiveSort(call);
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  for (Row& row : table.rows) row.histograms.clear();
  DropEmptyRows(&table);
  if (grid.steps > 1) return table;
  std::stable_sort(table.rows.begin(), table.rows.end(), [&](const Row& x, const Row& y) {
    const double a = x.At(0);
    const double b = y.At(0);
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
    return descending ? a > b : a < b;
  });
  return table;
}

// By the named labels as people order them, and then by all.
base::StatusOr<Table> Evaluator::EvalSortByLabel(const CallExpr& call, const Grid& grid,
                                                 bool descending) {
  WarnIneffectiveSort(call);
  VEDETTE_ASSIGN_OR_RETURN(Table table, Eval(*call.args[0], grid));
  if (grid.steps > 1) return table;
  const std::vector<std::string_view> names = LabelArgs(call);
  std::stable_sort(table.rows.begin(), table.rows.end(), [&](const Row& x, const Row& y) {
    return descending ? LabelsBefore(y.labels, x.labels, names)
                      : LabelsBefore(x.labels, y.labels, names);
  });
  return table;
}

}  // namespace vedette::promql
