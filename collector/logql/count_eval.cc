#include "collector/logql/count_eval.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/logql/counts.h"
#include "collector/logql/sample_extractor.h"
#include "collector/logql/saturating_add.h"
#include "collector/logql/stage_traits.h"

namespace vedette::logql {
namespace {

constexpr int64_t kMinuteNs = 60'000'000'000;
constexpr int64_t kMaxBins = 100'000;
// As the store adds it to lines without a level of their own.
constexpr std::string_view kLevelLabel = "detected_level";

bool IsCounted(const RangeAggregation& range) {
  const bool op = range.op == RangeOp::kRate || range.op == RangeOp::kCountOverTime ||
                  range.op == RangeOp::kBytesRate || range.op == RangeOp::kBytesOverTime;
  return op && !range.unwrap && !range.grouping &&
         std::all_of(range.log.stages.begin(), range.log.stages.end(), DropsErrorsAlone);
}

// The series of an aggregation, by the groups of lines that are counted together.
class CountedSeries {
 public:
  CountedSeries(const RangeAggregation& range, const Grid& grid, Budget* budget,
                SampleExtractor extractor)
      : range_(range), grid_(grid), budget_(budget), extractor_(std::move(extractor)) {}

  // As CountGroupFn; what goes wrong is kept.
  std::optional<size_t> GroupOf(const model::Labels& stream, std::string_view level) {
    if (!status_.ok()) return std::nullopt;
    const model::Labels metadata =
        level.empty() ? model::Labels() : model::Labels{{kLevelLabel, level}};
    const auto sample = extractor_.ExtractFields(stream, metadata, {});
    status_ = sample.status();
    if (!status_.ok()) return std::nullopt;
    const size_t next = groups_.size();
    const auto [known, fresh] = groups_.try_emplace(extractor_.Metric(), next);
    if (fresh) status_ = Charge(known->first);
    return known->second;
  }
  const base::Status& status() const { return status_; }

  // `step_ns`: of the bins, the first of which begins with the first window.
  GridValue Slide(const std::vector<CountBins>& bins, int64_t step_ns) const {
    GridValue value;
    for (const auto& [labels, group] : groups_) {
      if (group >= bins.size() || bins[group].entries.empty()) continue;
      GridSeries series = GridSeries::Absent(labels, grid_);
      const bool of_bytes =
          range_.op == RangeOp::kBytesRate || range_.op == RangeOp::kBytesOverTime;
      Slide(bins[group].entries, of_bytes ? bins[group].bytes : bins[group].entries, step_ns,
            &series);
      value.series.push_back(std::move(series));
    }
    std::sort(value.series.begin(), value.series.end(),
              [](const GridSeries& a, const GridSeries& b) { return a.labels < b.labels; });
    return value;
  }

 private:
  base::Status Charge(const model::Labels& labels) const {
    VEDETTE_RETURN_IF_ERROR(budget_->CheckSeries(groups_.size()));
    return budget_->ChargeMemory(labels.bytes().size() +
                                 grid_.points * (2 * sizeof(int64_t) + sizeof(double) + 1));
  }

  void Slide(const std::vector<uint64_t>& entries, const std::vector<uint64_t>& amounts,
             int64_t step_ns, GridSeries* series) const {
    const bool per_second = range_.op == RangeOp::kRate || range_.op == RangeOp::kBytesRate;
    const double divisor = per_second ? static_cast<double>(range_.range_ns) / 1e9 : 1;
    const auto length = static_cast<size_t>(range_.range_ns / step_ns);
    const auto stride = static_cast<size_t>(grid_.step_ns / step_ns);
    uint64_t lines = 0;
    uint64_t amount = 0;
    size_t begin = 0;
    size_t end = 0;
    for (size_t i = 0; i < grid_.points; ++i) {
      for (; end < std::min(i * stride + length, entries.size()); ++end) {
        lines += entries[end];
        amount += amounts[end];
      }
      for (; begin < std::min(i * stride, end); ++begin) {
        lines -= entries[begin];
        amount -= amounts[begin];
      }
      series->present[i] = lines > 0;
      series->values[i] = static_cast<double>(amount) / divisor;
    }
  }

  const RangeAggregation& range_;
  const Grid& grid_;
  Budget* const budget_;
  SampleExtractor extractor_;
  absl::flat_hash_map<model::Labels, size_t> groups_;
  base::Status status_;
};

// Bins of whole minutes that windows are made of; nothing where there are none.
std::optional<CountRequest> RequestOf(const RangeAggregation& range, const Grid& grid) {
  CountRequest request;
  request.matchers = range.log.matchers;
  const int64_t first = SaturatingAdd(grid.start_ns, -range.offset_ns);
  const int64_t last = SaturatingAdd(grid.At(grid.points - 1), -range.offset_ns);
  const int64_t begin = SaturatingAdd(first, -range.range_ns);
  int64_t span = 0;
  if (__builtin_sub_overflow(last, begin, &span) || last == INT64_MAX) return std::nullopt;
  request.start_ns = request.origin_ns = begin + 1;
  request.end_ns = last + 1;
  request.step_ns = grid.points == 1 ? range.range_ns : std::gcd(range.range_ns, grid.step_ns);
  const bool whole = request.step_ns % kMinuteNs == 0 && begin % kMinuteNs == 0;
  if (!whole || span / request.step_ns > kMaxBins) return std::nullopt;
  request.bytes = range.op == RangeOp::kBytesRate || range.op == RangeOp::kBytesOverTime;
  return request;
}

void TellLabels(const Grouping* grouping, CountRequest* request) {
  if (grouping == nullptr || grouping->without) {
    request->all_labels = true;
    return;
  }
  for (const std::string& name : grouping->labels) {
    request->labels.push_back(name);
    // What a label of the metadata is called where the stream has one of its name.
    if (base::EndsWith(name, kClashSuffix)) {
      request->labels.push_back(name.substr(0, name.size() - kClashSuffix.size()));
    }
  }
}

}  // namespace

base::StatusOr<std::optional<GridValue>> EvalByCounts(const RangeAggregation& range,
                                                      const Grid& grid, const LogScan& scan,
                                                      Budget* budget, const Grouping* grouping) {
  if (scan.plain || !IsCounted(range)) return std::nullopt;
  std::optional<CountRequest> request = RequestOf(range, grid);
  if (!request) return std::nullopt;
  TellLabels(grouping, &*request);
  request->stop = budget->stop();
  VEDETTE_ASSIGN_OR_RETURN(SampleExtractor extractor, SampleExtractor::Make(range, grouping));
  CountedSeries series(range, grid, budget, std::move(extractor));
  const auto counted =
      scan.source->Count(*request, [&](const model::Labels& stream, std::string_view level) {
        return series.GroupOf(stream, level);
      });
  VEDETTE_RETURN_IF_ERROR(series.status());
  VEDETTE_RETURN_IF_ERROR(counted.status());
  VEDETTE_RETURN_IF_ERROR(budget->Check());
  if (!*counted) return std::nullopt;
  return series.Slide(**counted, request->step_ns);
}

}  // namespace vedette::logql
