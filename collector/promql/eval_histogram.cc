#include <map>

#include "absl/container/flat_hash_map.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/classic_histogram.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/histogram_notes.h"

// histogram_quantile, histogram_quantiles and histogram_fraction, over native histograms and
// classic ones, which are made of rows of buckets.

namespace vedette::promql {
namespace {

constexpr std::string_view kBucketLabel = "le";

// One histogram: its bucket rows, whose labels but for `le` are equal, and the native one with
// these labels.
struct HistogramRows {
  model::Labels labels;
  std::vector<std::pair<double, const Row*>> bounds;
  const Row* native = nullptr;

  std::vector<Bucket> At(int step) const {
    std::vector<Bucket> out;
    for (const auto& [bound, row] : bounds) {
      const double count = row->At(step);
      if (IsPresent(count)) out.push_back({bound, count});
    }
    return out;
  }
};

// The histograms of an instant vector, in the order in which they appear.
class HistogramSet {
 public:
  HistogramSet(const Table& table, PositionRange where, Annotations* annotations) {
    for (const Row& row : table.rows) {
      if (!row.histograms.empty()) Find(row.labels)->native = &row;
      if (!row.values.empty()) AddBucket(row, where, annotations);
    }
  }
  const std::vector<HistogramRows>& all() const { return histograms_; }

 private:
  HistogramRows* Find(const model::Labels& key) {
    const auto [at, fresh] = index_.try_emplace(key, histograms_.size());
    if (fresh) {
      histograms_.emplace_back();
      histograms_.back().labels = key;
    }
    return &histograms_[at->second];
  }

  void AddBucket(const Row& row, PositionRange where, Annotations* annotations) {
    const std::string_view le = row.labels.Get(kBucketLabel);
    if (const auto bound = base::ParseDouble(le)) {
      Find(model::LabelsBuilder(row.labels).Delete(kBucketLabel).Build())
          ->bounds.emplace_back(*bound, &row);
    } else {
      annotations->WarnBadBucketLabel(row.labels.MetricName(), le, where);
    }
  }

  std::vector<HistogramRows> histograms_;
  absl::flat_hash_map<model::Labels, size_t> index_;
};

// One of the functions: what it makes of a histogram at a step.
class HistogramFunction {
 public:
  HistogramFunction(const CallExpr& call, const Table& first, const Table& second, QueryRun* run)
      : quantile_(call.function->id != FunctionId::kHistogramFraction),
        first_(first),
        second_(second),
        vector_pos_(PlaceOf(VectorArg(call))),
        note_pos_(run->Newer() ? vector_pos_ : PlaceOf(*call.args[0])),
        run_(run) {}

  static const Expr& VectorArg(const CallExpr& call) {
    const bool vector_first = call.function->id == FunctionId::kHistogramQuantiles;
    return vector_first ? *call.args.front() : *call.args.back();
  }
  PositionRange vector_pos() const { return vector_pos_; }

  Row Compute(const HistogramRows& histogram, const Grid& grid) const {
    Row row;
    for (int step = 0; step < grid.steps; ++step) {
      std::vector<Bucket> buckets = histogram.At(step);
      const HistogramPtr native =
          histogram.native == nullptr ? nullptr : histogram.native->HistogramAt(step);
      const std::string_view metric = histogram.labels.MetricName();
      if (native != nullptr && !buckets.empty()) {
        HistogramNotes(&run_->annotations(), metric, vector_pos_).WarnClassicAndNative();
      } else if (native != nullptr) {
        row.Append(step, OfNative(*native, metric, step));
      } else if (!buckets.empty()) {
        row.Append(step, OfBuckets(&buckets, metric, row.empty(), step));
      }
    }
    return row;
  }

 private:
  double OfNative(const model::Histogram& histogram, std::string_view metric, int step) const {
    if (!run_->settings().delayed_name_removal) metric = "";
    const HistogramNotes notes(&run_->annotations(), metric, note_pos_);
    if (quantile_) {
      const HistogramQuantileResult result = HistogramQuantile(first_.ScalarAt(step), histogram);
      notes.NoteQuantile(result.note);
      return result.value;
    }
    const double lower = first_.ScalarAt(step);
    const double upper = second_.ScalarAt(step);
    if (TellsOfNans(histogram, lower, upper)) notes.InformNansInFraction();
    return HistogramFraction(lower, upper, run_->merge_rules(), histogram);
  }

  static bool TellsOfNans(const model::Histogram& histogram, double lower, double upper) {
    return std::isnan(histogram.sum) && histogram.count_float != 0 && lower < upper;
  }

  double OfBuckets(std::vector<Bucket>* buckets, std::string_view metric, bool first_value,
                   int step) const {
    if (!quantile_) {
      return BucketFraction(first_.ScalarAt(step), second_.ScalarAt(step), run_->Newer(), buckets);
    }
    const BucketQuantileResult result = BucketQuantile(first_.ScalarAt(step), buckets);
    if (result.forced_monotonic) {
      // Prometheus names the metric at its first step only: by then the name is dropped.
      const bool named = first_value || run_->settings().delayed_name_removal;
      run_->annotations().InformForcedMonotonicity(named ? metric : "", vector_pos_);
    }
    return result.value;
  }

  const bool quantile_;
  const Table& first_;
  const Table& second_;
  const PositionRange vector_pos_;
  const PositionRange note_pos_;
  QueryRun* const run_;
};

void CheckQuantiles(const Table& quantiles, const Grid& grid, PositionRange where, QueryRun* run) {
  for (int step = 0; step < grid.steps; ++step) {
    const double q = quantiles.ScalarAt(step);
    if (!(q >= 0 && q <= 1)) run->annotations().WarnInvalidQuantile(q, where);
  }
}

}  // namespace

base::StatusOr<Table> Evaluator::EvalHistogram(const CallExpr& call, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table first, Eval(*call.args[0], grid));
  Table second;
  if (call.function->id == FunctionId::kHistogramFraction) {
    VEDETTE_ASSIGN_OR_RETURN(second, Eval(*call.args[1], grid));
  }
  VEDETTE_ASSIGN_OR_RETURN(const Table vector, Eval(HistogramFunction::VectorArg(call), grid));
  // Behind the arguments: of equal warnings the one said last, the outermost, gives the place.
  if (call.function->id != FunctionId::kHistogramFraction) {
    CheckQuantiles(first, grid, PlaceOf(*call.args[0]), run_);
  }
  const HistogramFunction function(call, first, second, run_);
  const HistogramSet set(vector, function.vector_pos(), &run_->annotations());
  Table out;
  for (const HistogramRows& histogram : set.all()) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    Row row = function.Compute(histogram, grid);
    if (row.empty()) continue;
    row.labels = histogram.labels;
    DropName(&row);
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&out));
  return out;
}

base::StatusOr<Table> Evaluator::EvalQuantiles(const CallExpr& call, const Grid& grid) {
  const std::string& label = As<StringLiteral>(StripParens(*call.args[1])).value;
  VEDETTE_ASSIGN_OR_RETURN(const Table vector, Eval(*call.args[0], grid));
  std::vector<Table> params;
  for (size_t arg = 2; arg < call.args.size(); ++arg) {
    VEDETTE_ASSIGN_OR_RETURN(params.emplace_back(), Eval(*call.args[arg], grid));
  }
  std::map<std::pair<model::Labels, double>, Row> rows;  // a quantile may change from step to step
  const Table none;
  for (size_t i = 0; i < params.size(); ++i) {
    const Table& quantiles = params[i];
    CheckQuantiles(quantiles, grid, PlaceOf(*call.args[2 + i]), run_);
    const HistogramFunction function(call, quantiles, none, run_);
    const HistogramSet set(vector, function.vector_pos(), &run_->annotations());
    for (const HistogramRows& histogram : set.all()) {
      VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
      const Row computed = function.Compute(histogram, grid);
      for (int step = computed.first; step < computed.end(); ++step) {
        if (!IsPresent(computed.At(step))) continue;
        Row& row = rows[{histogram.labels, quantiles.ScalarAt(step)}];
        if (row.Has(step)) return ExecutionError(kSameLabels);
        row.Append(step, computed.At(step));
      }
    }
  }
  Table out;
  for (auto& [key, row] : rows) {
    std::string shown;
    base::AppendFloatG(key.second, &shown);
    if (shown.find_first_of(".eIN") == std::string::npos) shown += ".0";  // as OpenMetrics has it
    row.labels = model::LabelsBuilder(key.first).Set(label, shown).Build();
    DropName(&row);
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&out));
  return out;
}

}  // namespace vedette::promql
