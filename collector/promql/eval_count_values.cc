#include <string>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/grouping.h"
#include "collector/promql/histogram_quantile.h"

// count_values: a series for each value of a group.

namespace vedette::promql {
namespace {

// Counts values by step; a group is its labels and the value.
class ValueCounts {
 public:
  ValueCounts(const AggregateExpr& expr, const std::string& label, const Grid& grid, QueryRun* run)
      : grouping_(expr), label_(label), steps_(static_cast<size_t>(grid.steps)), run_(run) {
    grouping_.AlsoBy(label);
  }

  // Counts all values of a series.
  base::Status Count(const Row& row) {
    for (int step = row.first; step < row.end(); ++step) {
      if (!IsPresent(row.At(step))) continue;
      std::string shown;
      base::AppendFloatF(row.At(step), &shown);
      VEDETTE_RETURN_IF_ERROR(Count(row, step, shown));
    }
    for (const HistogramStep& h : row.histograms) {
      // What dividing by zero or multiplying by infinity makes of the zero bucket that they have
      // not.
      if (h.histogram->is_custom() && h.histogram->zero_count_float != 0 && !run_->Newer()) {
        return ExecutionError("histograms with custom buckets have no zero bucket");
      }
      VEDETTE_RETURN_IF_ERROR(Count(row, h.step, HistogramLabelText(*h.histogram)));
    }
    return base::Status();
  }

  base::StatusOr<Table> Result() const {
    Table table;
    for (size_t group = 0; group < counts_.size(); ++group) {
      Row row;
      row.labels = grouping_.LabelsOf(group);
      for (size_t step = 0; step < steps_; ++step) {
        const double count = counts_[group][step];
        if (count > 0) row.Append(static_cast<int>(step), count);
      }
      VEDETTE_RETURN_IF_ERROR(table.Add(run_, std::move(row)));
    }
    return table;
  }

 private:
  base::Status Count(const Row& row, int step, const std::string& shown) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    const size_t group =
        grouping_.GroupOf(model::LabelsBuilder(row.labels).Set(label_, shown).Build());
    if (group == counts_.size()) {
      VEDETTE_RETURN_IF_ERROR(hold_.Add(run_, steps_, row.OtherBytes()));
      counts_.emplace_back(steps_, 0.0);
    }
    counts_[group][static_cast<size_t>(step)] += 1;
    return base::Status();
  }

  Grouping grouping_;
  const std::string& label_;
  const size_t steps_;
  QueryRun* const run_;
  std::vector<std::vector<double>> counts_;
  SampleHold hold_;
};

}  // namespace

base::StatusOr<Table> Evaluator::EvalCountValues(const AggregateExpr& expr, const Grid& grid) {
  const std::string& label = As<StringLiteral>(StripParens(*expr.param)).value;
  if (label.empty() || !base::IsValidUtf8(label)) {
    return ExecutionError("invalid label name " + base::GoQuote(label));
  }
  ValueCounts counts(expr, label, grid, run_);
  VEDETTE_RETURN_IF_ERROR(
      Stream(*expr.operand, grid, [&](Row&& row) { return counts.Count(row); }));
  return counts.Result();
}

}  // namespace vedette::promql
