#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "collector/logql/eval.h"

namespace vedette::logql {
namespace {

GridSeries EmptySeries(model::Labels labels, const Grid& grid) {
  return {std::move(labels), std::vector<double>(grid.points), std::vector<uint8_t>(grid.points)};
}

uint64_t BytesOf(const Grid& grid) { return grid.points * (sizeof(double) + 1); }

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
      default:
        return static_cast<double>(count_);
    }
  }

 private:
  const VectorOp op_;
  uint64_t count_ = 0;
  double sum_ = 0;
  double least_ = 0;
  double most_ = 0;
};

base::StatusOr<GridValue> Aggregate(const VectorAggregation& vector, const GridValue& inner,
                                    const Grid& grid, Budget* budget) {
  GridValue result;
  for (const Group& group : GroupsOf(inner.series, vector.grouping)) {
    VEDETTE_RETURN_IF_ERROR(budget->ChargeMemory(BytesOf(grid)));
    VEDETTE_RETURN_IF_ERROR(budget->Check());
    GridSeries series = EmptySeries(group.labels, grid);
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

// Keeps the k first of each group at each point, leaves out the rest.
base::StatusOr<GridValue> KeepFirst(const VectorAggregation& vector, GridValue inner,
                                    const Grid& grid, Budget* budget) {
  const bool top = vector.op == VectorOp::kTopk;
  const auto k = static_cast<size_t>(vector.parameter);
  for (const Group& group : GroupsOf(inner.series, vector.grouping)) {
    for (size_t i = 0; i < grid.points; ++i) {
      VEDETTE_RETURN_IF_ERROR(budget->Check());
      std::vector<size_t> present;
      for (const size_t member : group.members) {
        if (inner.series[member].present[i]) present.push_back(member);
      }
      if (present.size() <= k) continue;
      // NaN comes last either way.
      std::stable_sort(present.begin(), present.end(), [&](size_t a, size_t b) {
        const double left = inner.series[a].values[i];
        const double right = inner.series[b].values[i];
        if (std::isnan(left) || std::isnan(right)) return !std::isnan(left) && std::isnan(right);
        return top ? left > right : left < right;
      });
      for (size_t n = k; n < present.size(); ++n) inner.series[present[n]].present[i] = 0;
    }
  }
  return inner;
}

// --- Binary operations ---------------------------------------------------------------------------

// What a comparison without `bool` keeps: the left value where it holds.
bool Apply(const Binary& binary, double l, double r, double kept, double* out) {
  const double value = Arithmetic(binary.op, l, r);
  if (!IsComparison(binary.op) || binary.return_bool) {
    *out = value;
    return true;
  }
  *out = kept;
  return value != 0;
}

GridValue WithScalar(const Binary& binary, GridValue vector, double scalar, bool scalar_left) {
  for (GridSeries& series : vector.series) {
    for (size_t i = 0; i < series.values.size(); ++i) {
      if (!series.present[i]) continue;
      const double value = series.values[i];
      const double l = scalar_left ? scalar : value;
      const double r = scalar_left ? value : scalar;
      series.present[i] = Apply(binary, l, r, value, &series.values[i]);
    }
  }
  return vector;
}

model::Labels Signature(const Binary& binary, const model::Labels& labels) {
  if (!binary.matching) return labels;
  return binary.on ? labels.Keep(binary.matching_labels) : labels.Without(binary.matching_labels);
}

using SeriesIndex = absl::flat_hash_map<model::Labels, std::vector<size_t>>;

SeriesIndex IndexOf(const Binary& binary, const std::vector<GridSeries>& series) {
  SeriesIndex index;
  for (size_t i = 0; i < series.size(); ++i) {
    index[Signature(binary, series[i].labels)].push_back(i);
  }
  return index;
}

bool AnyPresent(const std::vector<GridSeries>& series, const std::vector<size_t>& members,
                size_t point) {
  return std::any_of(members.begin(), members.end(),
                     [&](size_t member) { return series[member].present[point] != 0; });
}

GridValue SetOperation(const Binary& binary, GridValue left, GridValue right, const Grid& grid) {
  static const std::vector<size_t> kNone;
  const bool is_or = binary.op == BinaryOp::kOr;
  GridValue& kept = is_or ? right : left;
  const GridValue& other = is_or ? left : right;
  const SeriesIndex index = IndexOf(binary, other.series);
  for (GridSeries& series : kept.series) {
    const auto it = index.find(Signature(binary, series.labels));
    const std::vector<size_t>& members = it == index.end() ? kNone : it->second;
    for (size_t i = 0; i < grid.points; ++i) {
      const bool met = AnyPresent(other.series, members, i);
      if (met != (binary.op == BinaryOp::kAnd)) series.present[i] = 0;
    }
  }
  if (!is_or) return left;
  // A series that both sides have comes together again.
  absl::flat_hash_map<model::Labels, size_t> known;
  for (size_t i = 0; i < left.series.size(); ++i) known.emplace(left.series[i].labels, i);
  for (GridSeries& series : right.series) {
    const auto it = known.find(series.labels);
    if (it == known.end()) {
      left.series.push_back(std::move(series));
      continue;
    }
    GridSeries& into = left.series[it->second];
    for (size_t i = 0; i < grid.points; ++i) {
      if (!series.present[i] || into.present[i]) continue;
      into.present[i] = 1;
      into.values[i] = series.values[i];
    }
  }
  return left;
}

// The one member present at `point`; false when there are two.
bool OneAt(const std::vector<GridSeries>& series, const std::vector<size_t>& members, size_t point,
           const GridSeries** one) {
  *one = nullptr;
  for (const size_t member : members) {
    if (!series[member].present[point]) continue;
    if (*one != nullptr) return false;
    *one = &series[member];
  }
  return true;
}

base::StatusOr<GridValue> OneToOne(const Binary& binary, const GridValue& left,
                                   const GridValue& right, const Grid& grid, Budget* budget) {
  const SeriesIndex left_index = IndexOf(binary, left.series);
  const SeriesIndex right_index = IndexOf(binary, right.series);
  GridValue result;
  for (const auto& [signature, left_members] : left_index) {
    const auto match = right_index.find(signature);
    if (match == right_index.end()) continue;
    VEDETTE_RETURN_IF_ERROR(budget->ChargeMemory(BytesOf(grid)));
    VEDETTE_RETURN_IF_ERROR(budget->Check());
    GridSeries series = EmptySeries(signature, grid);
    for (size_t i = 0; i < grid.points; ++i) {
      const GridSeries* l = nullptr;
      const GridSeries* r = nullptr;
      if (!OneAt(left.series, left_members, i, &l) || !OneAt(right.series, match->second, i, &r)) {
        return base::InvalidArgument(
            "multiple matches for labels: many-to-one matching must be explicit "
            "(group_left/group_right)");
      }
      if (l == nullptr || r == nullptr) continue;
      series.present[i] =
          Apply(binary, l->values[i], r->values[i], l->values[i], &series.values[i]);
    }
    result.series.push_back(std::move(series));
  }
  return result;
}

}  // namespace

base::StatusOr<GridValue> EvalVector(const VectorAggregation& vector, GridValue inner,
                                     const Grid& grid, Budget* budget) {
  if (inner.is_scalar) return base::InvalidArgument("aggregation over a number");
  if (vector.op == VectorOp::kStddev || vector.op == VectorOp::kStdvar ||
      vector.op >= VectorOp::kApproxTopk) {
    return base::InvalidArgument("an aggregation of the query is not supported yet");
  }
  if (vector.op == VectorOp::kTopk || vector.op == VectorOp::kBottomk) {
    return KeepFirst(vector, std::move(inner), grid, budget);
  }
  return Aggregate(vector, inner, grid, budget);
}

base::StatusOr<GridValue> EvalBinary(const Binary& binary, GridValue left, GridValue right,
                                     const Grid& grid, Budget* budget) {
  if (binary.group != Binary::Group::kNone) {
    return base::InvalidArgument("group_left and group_right are not supported yet");
  }
  if (left.is_scalar && right.is_scalar) {
    return GridValue{true, Arithmetic(binary.op, left.scalar, right.scalar), {}};
  }
  if (left.is_scalar) return WithScalar(binary, std::move(right), left.scalar, true);
  if (right.is_scalar) return WithScalar(binary, std::move(left), right.scalar, false);
  if (IsSet(binary.op)) return SetOperation(binary, std::move(left), std::move(right), grid);
  return OneToOne(binary, left, right, grid, budget);
}

}  // namespace vedette::logql
