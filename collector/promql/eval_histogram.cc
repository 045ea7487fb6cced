#include <charconv>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/promql/classic_histogram.h"
#include "collector/promql/evaluator.h"

// histogram_quantile and histogram_fraction over classic histograms.

namespace vedette::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";

// The bucket rows of one histogram: labels but for `le` are equal.
struct HistogramRows {
  model::Labels labels;
  bool drop_name = true;
  std::vector<std::pair<double, const Row*>> bounds;

  std::vector<Bucket> At(int step) const {
    std::vector<Bucket> out;
    for (const auto& [bound, row] : bounds) {
      const double count = row->At(step);
      if (IsPresent(count)) out.push_back({bound, count});
    }
    return out;
  }
};

}  // namespace

base::StatusOr<Table> Evaluator::EvalHistogram(const CallExpr& call, const Grid& grid) {
  const bool quantile = call.function->id == FunctionId::kHistogramQuantile;
  const Expr& buckets_arg = *call.args.back();
  VEDETTE_ASSIGN_OR_RETURN(const Table first, Eval(*call.args[0], grid));
  Table second;
  if (!quantile) {
    VEDETTE_ASSIGN_OR_RETURN(second, Eval(*call.args[1], grid));
  }
  VEDETTE_ASSIGN_OR_RETURN(const Table buckets, Eval(buckets_arg, grid));

  std::vector<HistogramRows> histograms;
  absl::flat_hash_map<model::Labels, size_t> index;
  for (const Row& row : buckets.rows) {
    const std::string_view le = row.labels.Get(kBucketLabel);
    const auto bound = base::ParseDouble(le);
    if (!bound) {
      run_->annotations().WarnBadBucketLabel(row.labels.MetricName(), le, buckets_arg.pos);
      continue;
    }
    model::Labels key = model::LabelsBuilder(row.labels).Delete(kBucketLabel).Build();
    const auto [at, fresh] = index.try_emplace(key, histograms.size());
    if (fresh) histograms.push_back({std::move(key), true, {}});
    histograms[at->second].bounds.emplace_back(*bound, &row);
  }
  for (int step = 0; quantile && step < grid.steps; ++step) {
    const double q = first.ScalarAt(step);
    if (!(q >= 0 && q <= 1)) run_->annotations().WarnInvalidQuantile(q, call.args[0]->pos);
  }
  Table out;
  for (const HistogramRows& histogram : histograms) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    Row row;
    row.labels = histogram.labels;
    for (int step = 0; step < grid.steps; ++step) {
      std::vector<Bucket> at_step = histogram.At(step);
      if (at_step.empty()) continue;
      if (!quantile) {
        row.Append(step, BucketFraction(first.ScalarAt(step), second.ScalarAt(step), &at_step));
        continue;
      }
      const BucketQuantileResult result = BucketQuantile(first.ScalarAt(step), &at_step);
      if (result.forced_monotonic) {
        // Prometheus names the metric at its first step only: by then the name is dropped.
        const bool named = row.empty() || run_->settings().delayed_name_removal;
        run_->annotations().InformForcedMonotonicity(named ? histogram.labels.MetricName() : "",
                                                     buckets_arg.pos);
      }
      row.Append(step, result.value);
    }
    if (row.empty()) continue;
    DropName(&row);
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&out));
  return out;
}

}  // namespace vedette::promql
