#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/promql/binary_ops.h"
#include "collector/promql/evaluator.h"

// Binary operations between vectors: series are matched by their labels once, and then computed
// step by step.

namespace vedette::promql {
namespace {

model::Labels Signature(const model::Labels& labels, const VectorMatching& matching) {
  return matching.on ? labels.Keep(matching.labels) : labels.Without(matching.labels);
}

// Rows of one side by signature.
using Sides = absl::flat_hash_map<model::Labels, std::vector<const Row*>>;

Sides BySignature(const std::vector<Row>& rows, const VectorMatching& matching) {
  Sides out;
  for (const Row& row : rows) out[Signature(row.labels, matching)].push_back(&row);
  return out;
}

std::vector<bool> StepsWithValues(const std::vector<const Row*>& rows, const Grid& grid) {
  std::vector<bool> out(static_cast<size_t>(grid.steps), false);
  for (const Row* row : rows) {
    for (int step = row->first; step < row->end(); ++step) {
      if (IsPresent(row->At(step))) out[static_cast<size_t>(step)] = true;
    }
  }
  return out;
}

std::vector<const Row*> Pointers(const std::vector<Row>& rows) {
  std::vector<const Row*> out;
  for (const Row& row : rows) out.push_back(&row);
  return out;
}

// Removes the row's values at the steps where `others` says `absent_where`.
void Mask(const std::vector<bool>& others, bool absent_where, Row* row) {
  for (size_t i = 0; i < row->values.size(); ++i) {
    if (others[static_cast<size_t>(row->first) + i] == absent_where) row->values[i] = Absent();
  }
}

// One operation between two vectors. The "one" side may hold a match group's labels once a step.
class VectorMatcher {
 public:
  VectorMatcher(const BinaryExpr& expr, const Grid& grid)
      : expr_(expr),
        matching_(*expr.matching),
        grid_(grid),
        swapped_(matching_.card == Cardinality::kOneToMany) {}

  // `many` is the left side, or the right one for group_right; `one` the other.
  base::StatusOr<std::vector<Row>> Match(const std::vector<Row>& many,
                                         const std::vector<Row>& one) const {
    const Sides ones = BySignature(one, matching_);
    const std::vector<bool> any_many = StepsWithValues(Pointers(many), grid_);
    VEDETTE_RETURN_IF_ERROR(CheckOneSide(ones, any_many));
    absl::flat_hash_map<model::Labels, std::vector<Row>> outputs;  // by signature
    std::vector<Row> out;
    for (const Row& row : many) {
      const model::Labels signature = Signature(row.labels, matching_);
      const auto partners = ones.find(signature);
      if (partners == ones.end()) continue;
      for (const Row* partner : partners->second) {
        Row result = Compute(row, *partner);
        if (result.empty()) continue;
        VEDETTE_RETURN_IF_ERROR(CheckManySide(result, &outputs[signature]));
        out.push_back(std::move(result));
      }
    }
    return out;
  }

 private:
  // Two series of one match group with values at the same step.
  struct Duplicate {
    int step = std::numeric_limits<int>::max();
    const Row* second = nullptr;
    const Row* first = nullptr;
    const model::Labels* signature = nullptr;
  };

  // The first of all duplicates in time, and of those the first in the order of the rows.
  base::Status CheckOneSide(const Sides& ones, const std::vector<bool>& any_many) const {
    Duplicate found;
    for (const auto& [signature, rows] : ones) {
      if (rows.size() < 2) continue;
      Duplicate here = FindDuplicate(rows, any_many);
      here.signature = &signature;
      if (std::tie(here.step, here.second) < std::tie(found.step, found.second)) found = here;
    }
    if (found.second == nullptr) return base::Status();
    return ExecutionError(base::Concat(
        {"found duplicate series for the match group ", found.signature->ToString(), " on the ",
         swapped_ ? "left" : "right", " hand-side of the operation: [",
         found.second->labels.ToString(), ", ", found.first->labels.ToString(),
         "];many-to-many matching not allowed: matching labels must be unique on one side"}));
  }

  Duplicate FindDuplicate(const std::vector<const Row*>& rows,
                          const std::vector<bool>& any_many) const {
    for (int step = 0; step < grid_.steps; ++step) {
      if (!any_many[static_cast<size_t>(step)]) continue;
      const Row* first = nullptr;
      for (const Row* row : rows) {
        if (!IsPresent(row->At(step))) continue;
        if (first != nullptr) return {step, row, first, nullptr};
        first = row;
      }
    }
    return {};
  }

  // Whether the new result collides with another of its match group. Keeps what it needs for the
  // next: labels and steps.
  base::Status CheckManySide(const Row& result, std::vector<Row>* group) const {
    const bool one_to_one = matching_.card == Cardinality::kOneToOne;
    for (const Row& other : *group) {
      if (!one_to_one && other.labels != result.labels) continue;
      const int first = std::max(other.first, result.first);
      const int end = std::min(other.end(), result.end());
      for (int step = first; step < end; ++step) {
        if (!IsPresent(other.At(step)) || !IsPresent(result.At(step))) continue;
        return ExecutionError(
            one_to_one ? "multiple matches for labels: many-to-one matching must be explicit "
                         "(group_left/group_right)"
                       : "multiple matches for labels: grouping labels must ensure unique matches");
      }
    }
    group->push_back(result);
    return base::Status();
  }

  Row Compute(const Row& many, const Row& one) const {
    Row out;
    const int first = std::max(many.first, one.first);
    const int end = std::min(many.end(), one.end());
    for (int step = first; step < end; ++step) {
      const double m = many.At(step);
      const double o = one.At(step);
      if (!IsPresent(m) || !IsPresent(o)) continue;
      const OpResult result = swapped_ ? Apply(expr_.op, o, m) : Apply(expr_.op, m, o);
      if (expr_.return_bool) {
        out.Append(step, result.keep ? 1 : 0);
      } else if (result.keep) {
        out.Append(step, result.value);
      }
    }
    if (out.empty()) return out;
    out.labels = ResultLabels(many.labels, one.labels);
    out.drop_name = many.drop_name;
    return out;
  }

  model::Labels ResultLabels(const model::Labels& many, const model::Labels& one) const {
    model::Labels kept = IsComparison(expr_.op) ? many : DropReserved(many);
    if (matching_.card == Cardinality::kOneToOne) {
      if (matching_.on) {
        kept = kept.Keep(matching_.labels);
      } else if (!matching_.labels.empty()) {
        model::LabelsBuilder builder(kept);
        for (const std::string& name : matching_.labels) builder.Delete(name);
        kept = builder.Build();
      }
    }
    if (matching_.include.empty()) return kept;
    model::LabelsBuilder builder(kept);
    for (const std::string& name : matching_.include) builder.Set(name, one.Get(name));
    return builder.Build();
  }

  const BinaryExpr& expr_;
  const VectorMatching& matching_;
  const Grid& grid_;
  const bool swapped_;
};

}  // namespace

base::StatusOr<Table> Evaluator::EvalVectors(const BinaryExpr& expr, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table lhs, Eval(*expr.lhs, grid));
  VEDETTE_ASSIGN_OR_RETURN(const Table rhs, Eval(*expr.rhs, grid));
  const bool swapped = expr.matching->card == Cardinality::kOneToMany;
  const VectorMatcher matcher(expr, grid);
  VEDETTE_ASSIGN_OR_RETURN(std::vector<Row> rows, matcher.Match(swapped ? rhs.rows : lhs.rows,
                                                                swapped ? lhs.rows : rhs.rows));
  Table out;
  for (Row& row : rows) {
    if (expr.return_bool) DropName(&row);
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&out));
  return out;
}

base::StatusOr<Table> Evaluator::EvalSets(const BinaryExpr& expr, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(Table lhs, Eval(*expr.lhs, grid));
  VEDETTE_ASSIGN_OR_RETURN(Table rhs, Eval(*expr.rhs, grid));
  const VectorMatching& matching = *expr.matching;
  // `or` keeps the left side whole and masks the right one; the others mask the left side.
  const bool is_or = expr.op == BinaryOp::kOr;
  Table& masked = is_or ? rhs : lhs;
  absl::flat_hash_map<model::Labels, std::vector<bool>> present;
  for (const auto& [signature, rows] : BySignature(is_or ? lhs.rows : rhs.rows, matching)) {
    present.emplace(signature, StepsWithValues(rows, grid));
  }
  const std::vector<bool> nowhere(static_cast<size_t>(grid.steps), false);
  for (Row& row : masked.rows) {
    const auto found = present.find(Signature(row.labels, matching));
    Mask(found == present.end() ? nowhere : found->second, expr.op != BinaryOp::kAnd, &row);
  }
  if (!is_or) return lhs;
  for (Row& row : rhs.rows) {
    const bool any = std::any_of(row.values.begin(), row.values.end(), IsPresent);
    if (any) VEDETTE_RETURN_IF_ERROR(lhs.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&lhs));
  return lhs;
}

}  // namespace vedette::promql
