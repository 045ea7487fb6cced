#include <algorithm>
#include <cmath>
#include <limits>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/grouping.h"
#include "collector/promql/limits.h"

// limitk and limit_ratio: a sample of the series, the same each time.

namespace vedette::promql {
namespace {

// Where in [0, 1] the hash of a series' labels puts it.
double HashPlace(const model::Labels& labels) {
  return static_cast<double>(labels.Hash()) /
         static_cast<double>(std::numeric_limits<uint64_t>::max());
}

base::StatusOr<double> RatioOf(double param) {
  if (std::isnan(param)) return ExecutionError("Ratio value NaN is NaN");
  return std::clamp(param, -1.0, 1.0);
}

// A negative ratio takes what its complement leaves.
bool Takes(double ratio, double place) { return ratio >= 0 ? place < ratio : place >= 1.0 + ratio; }

// Moves the value of a step, of whatever kind.
void Copy(const Row& from, int step, Row* to) {
  if (HistogramPtr histogram = from.HistogramAt(step)) {
    to->histograms.push_back({step, std::move(histogram)});
  } else {
    to->Append(step, from.At(step));
  }
}

}  // namespace

base::StatusOr<Table> Evaluator::EvalLimit(const AggregateExpr& expr, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table param, Eval(*expr.param, grid));
  VEDETTE_ASSIGN_OR_RETURN(Table input, Eval(*expr.operand, grid));
  if (run_->Newer()) VEDETTE_RETURN_IF_ERROR(CheckNoNan(expr.op, param.rows.front().values));
  if (expr.op == AggregateOp::kLimitRatio) WarnOfRatios(expr, param.rows.front().values);
  std::vector<Row> kept(input.rows.size());
  Grouping grouping(expr);
  std::vector<size_t> group_of;
  std::vector<double> places;
  for (const Row& row : input.rows) {
    group_of.push_back(grouping.GroupOf(row.labels));
    places.push_back(HashPlace(row.labels));
  }
  for (int step = 0; step < grid.steps && !input.rows.empty(); ++step) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    if (!AnyAt(input.rows, step)) continue;
    size_t k = 0;
    double ratio = 0;
    if (expr.op == AggregateOp::kLimitk) {
      VEDETTE_ASSIGN_OR_RETURN(k, CountOf(param.ScalarAt(step), input.rows.size()));
    } else {
      VEDETTE_ASSIGN_OR_RETURN(ratio, RatioOf(param.ScalarAt(step)));
    }
    std::vector<size_t> taken(grouping.size(), 0);
    for (size_t i = 0; i < input.rows.size(); ++i) {
      if (!input.rows[i].Has(step)) continue;
      const bool takes = expr.op == AggregateOp::kLimitk ? taken[group_of[i]]++ < k
                                                         : ratio != 0 && Takes(ratio, places[i]);
      if (takes) Copy(input.rows[i], step, &kept[i]);
    }
  }
  Table out;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].empty()) continue;
    kept[i].labels = std::move(input.rows[i].labels);
    kept[i].drop_name = input.rows[i].drop_name;
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(kept[i])));
  }
  return out;
}

// They are told of even where there is nothing to choose from.
void Evaluator::WarnOfRatios(const AggregateExpr& expr, const std::vector<double>& ratios) {
  const Extremes extremes = ExtremesOf(ratios);
  for (const double ratio : {extremes.most, extremes.least}) {
    if (!(ratio > 1 || ratio < -1)) continue;
    std::string text = "ratio value should be between -1 and 1, got ";
    base::AppendFloatG(ratio, &text);
    text += ratio > 1 ? ", capping to 1" : ", capping to -1";
    run_->annotations().Warn(std::move(text), PlaceOf(*expr.param));
  }
}

}  // namespace vedette::promql
