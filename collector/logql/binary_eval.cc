#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/logql/eval.h"

namespace vedette::logql {
namespace {

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
  left.ordered = false;
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

// Arithmetic and comparison of series that match. Of each pair one is on the side that may have
// many for a signature: the left one, but for group_right.
class Join {
 public:
  Join(const Binary& binary, const GridValue& left, const GridValue& right, const Grid& grid,
       Budget* budget)
      : binary_(binary),
        right_is_many_(binary.group == Binary::Group::kRight),
        many_(right_is_many_ ? right.series : left.series),
        one_(right_is_many_ ? left.series : right.series),
        grid_(grid),
        budget_(budget) {}

  base::StatusOr<GridValue> Run() {
    const SeriesIndex ones = IndexOf(binary_, one_);
    for (const auto& [signature, members] : ones) VEDETTE_RETURN_IF_ERROR(CheckOne(members));
    for (const GridSeries& series : many_) {
      VEDETTE_RETURN_IF_ERROR(budget_->Check());
      const auto match = ones.find(Signature(binary_, series.labels));
      if (match == ones.end()) continue;
      for (const size_t member : match->second) VEDETTE_RETURN_IF_ERROR(Add(series, one_[member]));
    }
    return std::move(result_);
  }

 private:
  // Series that share a signature may not share a time, where there is anything to match.
  base::Status CheckOne(const std::vector<size_t>& members) const {
    for (size_t i = 0; members.size() > 1 && i < grid_.points; ++i) {
      const GridSeries* known = nullptr;
      for (const size_t member : members) {
        if (!one_[member].present[i]) continue;
        if (known != nullptr) return Duplicate(known->labels, one_[member].labels);
        known = &one_[member];
      }
    }
    return {};
  }

  base::Status Duplicate(const model::Labels& a, const model::Labels& b) const {
    return base::InvalidArgument(base::Concat(
        {"found duplicate series on the ", right_is_many_ ? "left" : "right",
         " hand-side of the operation: [", a.ToString(), ", ", b.ToString(),
         "];many-to-many matching not allowed: matching labels must be unique on one side"}));
  }

  base::Status Add(const GridSeries& many, const GridSeries& one) {
    GridSeries* into = nullptr;
    for (size_t i = 0; i < grid_.points; ++i) {
      if (!many.present[i] || !one.present[i]) continue;
      const double l = right_is_many_ ? one.values[i] : many.values[i];
      const double r = right_is_many_ ? many.values[i] : one.values[i];
      double value = 0;
      if (!Apply(binary_, l, r, l, &value)) continue;
      if (into == nullptr) {
        VEDETTE_ASSIGN_OR_RETURN(into, SeriesOf(many.labels, one.labels));
      }
      if (into->present[i]) return Ambiguous();
      into->present[i] = 1;
      into->values[i] = value;
    }
    return {};
  }

  base::Status Ambiguous() const {
    return base::InvalidArgument(binary_.group == Binary::Group::kNone
                                     ? "multiple matches for labels: many-to-one matching must be "
                                       "explicit (group_left/group_right)"
                                     : "multiple matches for labels: grouping labels must ensure "
                                       "unique matches");
  }

  base::StatusOr<GridSeries*> SeriesOf(const model::Labels& many, const model::Labels& one) {
    model::Labels labels = LabelsOf(many, one);
    const auto [it, fresh] = index_.try_emplace(labels, result_.series.size());
    if (fresh) {
      VEDETTE_RETURN_IF_ERROR(budget_->ChargeMemory(GridSeries::BytesOver(grid_)));
      VEDETTE_RETURN_IF_ERROR(budget_->CheckSeries(result_.series.size() + 1));
      result_.series.push_back(GridSeries::Absent(std::move(labels), grid_));
    }
    return &result_.series[it->second];
  }

  model::Labels LabelsOf(const model::Labels& many, const model::Labels& one) const {
    if (binary_.group == Binary::Group::kNone) return Signature(binary_, many);
    if (!binary_.include) return many;
    model::LabelsBuilder builder(many);
    for (const std::string& name : *binary_.include) builder.Set(name, one.Get(name));
    return builder.Build();
  }

  const Binary& binary_;
  const bool right_is_many_;
  const std::vector<GridSeries>& many_;
  const std::vector<GridSeries>& one_;
  const Grid& grid_;
  Budget* const budget_;
  absl::flat_hash_map<model::Labels, size_t> index_;
  GridValue result_;
};

}  // namespace

base::StatusOr<GridValue> EvalBinary(const Binary& binary, GridValue left, GridValue right,
                                     const Grid& grid, Budget* budget) {
  if (left.is_scalar && right.is_scalar) {
    return GridValue{true, Arithmetic(binary.op, left.scalar, right.scalar), {}};
  }
  if (left.is_scalar) return WithScalar(binary, std::move(right), left.scalar, true);
  if (right.is_scalar) return WithScalar(binary, std::move(left), right.scalar, false);
  if (IsSet(binary.op)) return SetOperation(binary, std::move(left), std::move(right), grid);
  return Join(binary, left, right, grid, budget).Run();
}

}  // namespace vedette::logql
