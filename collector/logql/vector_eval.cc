#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "collector/logql/eval.h"

namespace vedette::logql {
namespace {

model::Labels GroupOf(const model::Labels& labels, const std::optional<Grouping>& grouping) {
  if (!grouping) return {};
  return grouping->without ? labels.Without(grouping->labels) : labels.Keep(grouping->labels);
}

// The members of each group, in the order of `series`, groups in the order first met.
struct Group {
  model::Labels labels;
  std::vector<size_t> members;
};

std::vector<Group> GroupsOf(const std::vector<GridSeries>& series,
                            const std::optional<Grouping>& grouping) {
  std::vector<Group> groups;
  absl::flat_hash_map<model::Labels, size_t> index;
  for (size_t i = 0; i < series.size(); ++i) {
    model::Labels labels = GroupOf(series[i].labels, grouping);
    const auto [it, fresh] = index.try_emplace(labels, groups.size());
    if (fresh) groups.push_back({std::move(labels), {}});
    groups[it->second].members.push_back(i);
  }
  return groups;
}

// One aggregate at one point, values coming one by one.
class Accumulator {
 public:
  explicit Accumulator(VectorOp op) : op_(op) {}
  void Add(double value) {
    ++count_;
    sum_ += value;
    const double delta = value - mean_;
    mean_ += delta / static_cast<double>(count_);
    squares_ += delta * (value - mean_);
    // A number beats NaN.
    if (count_ == 1 || value < least_ || std::isnan(least_)) least_ = value;
    if (count_ == 1 || value > most_ || std::isnan(most_)) most_ = value;
  }
  bool any() const { return count_ > 0; }
  double Result() const {
    switch (op_) {
      case VectorOp::kSum:
        return sum_;
      case VectorOp::kAvg:
        return sum_ / static_cast<double>(count_);
      case VectorOp::kMin:
        return least_;
      case VectorOp::kMax:
        return most_;
      case VectorOp::kStdvar:
        return squares_ / static_cast<double>(count_);
      case VectorOp::kStddev:
        return std::sqrt(squares_ / static_cast<double>(count_));
      default:
        return static_cast<double>(count_);
    }
  }

 private:
  const VectorOp op_;
  uint64_t count_ = 0;
  double sum_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // of the distances from the mean
  double least_ = 0;
  double most_ = 0;
};

base::StatusOr<GridValue> Aggregate(const VectorAggregation& vector, const GridValue& inner,
                                    const Grid& grid, Budget* budget) {
  GridValue result;
  for (const Group& group : GroupsOf(inner.series, vector.grouping)) {
    VEDETTE_RETURN_IF_ERROR(budget->ChargeMemory(GridSeries::BytesOver(grid)));
    VEDETTE_RETURN_IF_ERROR(budget->Check());
    GridSeries series = GridSeries::Absent(group.labels, grid);
    for (size_t i = 0; i < grid.points; ++i) {
      Accumulator accumulator(vector.op);
      for (const size_t member : group.members) {
        const GridSeries& from = inner.series[member];
        if (from.present[i]) accumulator.Add(from.values[i]);
      }
      series.present[i] = accumulator.any();
      series.values[i] = accumulator.any() ? accumulator.Result() : 0;
    }
    result.series.push_back(std::move(series));
  }
  return result;
}

// The order of topk, bottomk and sorts at one point: by value, NaN last either way, then by labels.
class ValueOrder {
 public:
  ValueOrder(VectorOp op, size_t point)
      : rising_(op == VectorOp::kBottomk || op == VectorOp::kSort), point_(point) {}
  bool operator()(const GridSeries& a, const GridSeries& b) const {
    const double left = a.values[point_];
    const double right = b.values[point_];
    if (std::isnan(left) != std::isnan(right)) return std::isnan(right);
    if (!std::isnan(left) && left != right) return rising_ ? left < right : left > right;
    return a.labels < b.labels;
  }

 private:
  const bool rising_;
  const size_t point_;
};

// Keeps the k first of each group at each point, leaves out the rest.
base::StatusOr<GridValue> KeepFirst(const VectorAggregation& vector, GridValue inner,
                                    const Grid& grid, Budget* budget) {
  const auto k = static_cast<size_t>(vector.parameter);
  for (const Group& group : GroupsOf(inner.series, vector.grouping)) {
    for (size_t i = 0; i < grid.points; ++i) {
      VEDETTE_RETURN_IF_ERROR(budget->Check());
      std::vector<size_t> present;
      for (const size_t member : group.members) {
        if (inner.series[member].present[i]) present.push_back(member);
      }
      if (present.size() <= k) continue;
      const ValueOrder order(vector.op, i);
      std::sort(present.begin(), present.end(),
                [&](size_t a, size_t b) { return order(inner.series[a], inner.series[b]); });
      for (size_t n = k; n < present.size(); ++n) inner.series[present[n]].present[i] = 0;
    }
  }
  return inner;
}

// A matter of instant answers alone.
GridValue InOrder(VectorOp op, GridValue value, const Grid& grid) {
  if (grid.points != 1) return value;
  std::sort(value.series.begin(), value.series.end(), ValueOrder(op, 0));
  value.ordered = true;
  return value;
}

}  // namespace

base::StatusOr<GridValue> EvalVector(const VectorAggregation& vector, GridValue inner,
                                     const Grid& grid, Budget* budget) {
  if (inner.is_scalar) return base::InvalidArgument("aggregation over a number");
  const bool sorts = vector.op == VectorOp::kSort || vector.op == VectorOp::kSortDesc;
  if (TakesParameter(vector.op)) {
    VEDETTE_ASSIGN_OR_RETURN(inner, KeepFirst(vector, std::move(inner), grid, budget));
  }
  if (sorts || TakesParameter(vector.op)) return InOrder(vector.op, std::move(inner), grid);
  return Aggregate(vector, inner, grid, budget);
}

}  // namespace vedette::logql
