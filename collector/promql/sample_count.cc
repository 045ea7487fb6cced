#include "collector/promql/sample_count.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "collector/promql/evaluator.h"
#include "model/histogram.h"
#include "model/sample.h"

namespace vedette::promql {
namespace {

// How many floats a histogram counts as: Go's FloatHistogram and its slices in units of a float's
// 16 bytes.
int64_t WeightOf(const model::Histogram& histogram) {
  constexpr size_t kFixed = 168 + 8;
  const auto side = [](const model::HistogramBuckets& buckets) {
    return 8 * (buckets.spans.size() + std::max(buckets.counts.size(), buckets.deltas.size()));
  };
  const size_t bytes = kFixed + side(histogram.positive) + side(histogram.negative) +
                       8 * histogram.custom_bounds.size();
  return static_cast<int64_t>(bytes / 16);
}

// What a series' samples weigh up to each of them, times ascending: sums over windows are
// differences.
class Weights {
 public:
  void Add(int64_t time_ms, int64_t weight) { samples_.push_back({time_ms, weight}); }
  void Finish() {
    std::sort(samples_.begin(), samples_.end());
    for (size_t i = 1; i < samples_.size(); ++i) samples_[i].second += samples_[i - 1].second;
  }
  // Of all with time <= `time_ms`.
  int64_t Until(int64_t time_ms) const {
    const auto after = std::upper_bound(samples_.begin(), samples_.end(),
                                        std::pair<int64_t, int64_t>{time_ms, INT64_MAX});
    return after == samples_.begin() ? 0 : std::prev(after)->second;
  }

 private:
  std::vector<std::pair<int64_t, int64_t>> samples_;
};

class Counter {
 public:
  Counter(QueryRun* run, int steps) : run_(run), evaluator_(run) {
    counts_.resize(static_cast<size_t>(steps));
  }
  std::vector<int64_t> Take() { return std::move(counts_); }

  base::Status Walk(const Expr& expr, const Grid& grid) {
    const bool literal = expr.kind == ExprKind::kNumber || expr.kind == ExprKind::kString;
    if (literal) return base::Status();
    if (!expr.step_invariant || grid.steps == 1) return WalkNode(expr, grid);
    // Read once, and counted at every step.
    Counter once(run_, 1);
    VEDETTE_RETURN_IF_ERROR(once.WalkNode(expr, Grid{grid.start_ms, grid.step_ms, 1}));
    for (int64_t& count : counts_) count += once.counts_[0];
    return base::Status();
  }

 private:
  base::Status WalkNode(const Expr& expr, const Grid& grid) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    switch (expr.kind) {
      case ExprKind::kParen:
        return Walk(*As<ParenExpr>(expr).inner, grid);
      case ExprKind::kUnary:
        return Walk(*As<UnaryExpr>(expr).operand, grid);
      case ExprKind::kBinary: {
        const auto spine = LeftSpine(&As<BinaryExpr>(expr));
        VEDETTE_RETURN_IF_ERROR(Walk(*spine.front()->lhs, grid));
        for (const BinaryExpr* node : spine) {
          VEDETTE_RETURN_IF_ERROR(Walk(*node->rhs, grid));
        }
        return base::Status();
      }
      case ExprKind::kCall:
        if (const VectorSelector* timed = TimedSelector(As<CallExpr>(expr))) {
          return Points(*timed, grid, /*times_alone=*/true);
        }
        for (const ExprPtr& arg : As<CallExpr>(expr).args) {
          VEDETTE_RETURN_IF_ERROR(arg->type == ValueType::kMatrix ? Windows(*arg, grid)
                                                                  : Walk(*arg, grid));
        }
        return base::Status();
      case ExprKind::kAggregate:
        if (As<AggregateExpr>(expr).param) {
          VEDETTE_RETURN_IF_ERROR(Walk(*As<AggregateExpr>(expr).param, grid));
        }
        return Walk(*As<AggregateExpr>(expr).operand, grid);
      case ExprKind::kVectorSelector:
        return Points(As<VectorSelector>(expr), grid);
      case ExprKind::kMatrixSelector:
        return Windows(expr, grid);
      case ExprKind::kSubquery:
        return Inside(As<SubqueryExpr>(expr), grid);
      default:
        return base::Status();
    }
  }

  // The selector of timestamp(selector), which reads no values; null for anything else.
  static const VectorSelector* TimedSelector(const CallExpr& call) {
    if (call.function->id != FunctionId::kTimestamp) return nullptr;
    return TryAs<VectorSelector>(StripParens(*call.args[0]));
  }

  // The newest sample within the look-back of each step. Of `times_alone` a histogram is one, too.
  base::Status Points(const VectorSelector& selector, const Grid& grid, bool times_alone = false) {
    const int64_t lookback = run_->settings().lookback_ms;
    const int64_t first = evaluator_.ReferenceTime(selector.time, grid.start_ms);
    const int64_t last = evaluator_.ReferenceTime(selector.time, grid.end_ms());
    const SelectRequest request{selector.matchers, first - lookback + 1, last};
    return run_->settings().queryable->Select(request, [&](model::SeriesSamples&& series) {
      VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
      size_t next = 0;            // the first float behind the step's time
      size_t next_histogram = 0;  // and histogram
      for (int step = 0; step < grid.steps; ++step) {
        const int64_t ref = evaluator_.ReferenceTime(selector.time, grid.At(step));
        while (next < series.values.size() && series.timestamps_ms[next] <= ref) ++next;
        while (next_histogram < series.histograms.size() &&
               series.histograms[next_histogram].time_ms <= ref) {
          ++next_histogram;
        }
        const int64_t weight = NewestWeight(series, next, next_histogram, ref - lookback);
        At(step) += times_alone ? std::min<int64_t>(weight, 1) : weight;
      }
      return base::Status();
    });
  }

  // Of the newer of the two samples before the ends given; 0 where it is too old or a marker.
  static int64_t NewestWeight(const model::SeriesSamples& series, size_t floats, size_t histograms,
                              int64_t too_old_ms) {
    const int64_t float_ms = floats == 0 ? INT64_MIN : series.timestamps_ms[floats - 1];
    const int64_t histogram_ms =
        histograms == 0 ? INT64_MIN : series.histograms[histograms - 1].time_ms;
    if (std::max(float_ms, histogram_ms) <= too_old_ms) return 0;
    if (float_ms > histogram_ms) return model::IsStaleNan(series.values[floats - 1]) ? 0 : 1;
    const model::Histogram& histogram = *series.histograms[histograms - 1].histogram;
    return histogram.IsStale() ? 0 : WeightOf(histogram);
  }

  // Of a subquery that is the whole query: what is looked at to compute it, all in one.
  base::Status Inside(const SubqueryExpr& subquery, const Grid& grid) {
    const Grid steps = evaluator_.StepsOf(subquery, grid);
    if (steps.steps == 0) return base::Status();
    SampleHold hold;
    VEDETTE_RETURN_IF_ERROR(hold.Add(run_, static_cast<size_t>(steps.steps)));
    Counter inside(run_, steps.steps);
    VEDETTE_RETURN_IF_ERROR(inside.Walk(*subquery.inner, steps));
    At(0) = std::accumulate(inside.counts_.begin(), inside.counts_.end(), At(0));
    return base::Status();
  }

  // All samples in the window of each step.
  base::Status Windows(const Expr& matrix, const Grid& grid) {
    const Expr& inner = StripParens(matrix);
    const auto* subquery = TryAs<SubqueryExpr>(inner);
    const TimeModifier& time =
        subquery != nullptr ? subquery->time : As<MatrixSelector>(inner).selector->time;
    const int64_t range =
        subquery != nullptr ? subquery->range.ms : As<MatrixSelector>(inner).range.ms;
    return evaluator_.StreamRange(inner, grid, [&](const RangeSeries& series) {
      Weights weights;
      for (const int64_t t : series.times) weights.Add(t, 1);
      for (const model::HistogramSample& sample : series.histograms) {
        weights.Add(sample.time_ms, WeightOf(*sample.histogram));
      }
      weights.Finish();
      for (int step = 0; step < grid.steps; ++step) {
        const int64_t end = evaluator_.ReferenceTime(time, grid.At(step));
        At(step) += weights.Until(end) - weights.Until(end - range);
      }
      return base::Status();
    });
  }

  int64_t& At(int step) { return counts_[static_cast<size_t>(step)]; }

  QueryRun* const run_;
  Evaluator evaluator_;
  std::vector<int64_t> counts_;
};

}  // namespace

base::StatusOr<std::vector<int64_t>> CountSamples(const Expr& expr, const Grid& grid,
                                                  QueryRun* run) {
  Counter counter(run, grid.steps);
  VEDETTE_RETURN_IF_ERROR(counter.Walk(expr, grid));
  return counter.Take();
}

}  // namespace vedette::promql
