#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "collector/promql/binary_ops.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/histogram_ops.h"

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
    for (const HistogramStep& h : row->histograms) out[static_cast<size_t>(h.step)] = true;
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
  std::erase_if(row->histograms, [&](const HistogramStep& h) {
    return others[static_cast<size_t>(h.step)] == absent_where;
  });
}

// The first step at which both rows have a value, of either kind.
int FirstCommonStep(const Row& a, const Row& b) {
  int found = std::numeric_limits<int>::max();
  const int end = std::min(a.end(), b.end());
  for (int step = std::max(a.first, b.first); step < end; ++step) {
    if (!IsPresent(a.At(step)) || !IsPresent(b.At(step))) continue;
    found = step;
    break;
  }
  for (const auto& [x, y] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    for (const HistogramStep& h : x->histograms) {
      if (h.step < found && y->Has(h.step)) found = h.step;
    }
  }
  return found;
}

// One operation between two vectors. The "one" side may hold a match group's labels once a step.
class VectorMatcher {
 public:
  VectorMatcher(const BinaryExpr& expr, const Grid& grid, QueryRun* run)
      : run_(run),
        expr_(expr),
        matching_(*expr.matching),
        grid_(grid),
        swapped_(matching_.card == Cardinality::kOneToMany) {}

  // `many` is the left side, or the right one for group_right; `one` the other.
  base::StatusOr<std::vector<Row>> Match(const std::vector<Row>& many,
                                         const std::vector<Row>& one) {
    const Sides ones = BySignature(one, matching_);
    const Duplicate duplicate = FirstDuplicate(ones, StepsWithValues(Pointers(many), grid_));
    int collision = std::numeric_limits<int>::max();
    absl::flat_hash_map<model::Labels, std::vector<Row>> outputs;  // by signature
    std::vector<Row> out;
    // Nothing can fail before the first step.
    if (duplicate.second != nullptr && duplicate.step == 0) return DuplicateError(duplicate);
    SampleHold hold;  // of `out`, and of what is kept beside it to find collisions
    const auto add = [&](const model::Labels& signature, const Row& m,
                         const Row& o) -> base::Status {
      VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
      Row result = Compute(m, o);
      // By newer rules what a comparison leaves out has matched too.
      const bool filters = run_->Newer() && IsComparison(expr_.op) && !expr_.return_bool;
      if (filters || !result.empty()) {
        const size_t bytes = m.values.size() * sizeof(double) + m.OtherBytes();
        VEDETTE_RETURN_IF_ERROR(hold.Add(run_, 0, 2 * bytes));
        VEDETTE_ASSIGN_OR_RETURN(
            const int step, FirstCollision(filters ? Matched(m, o) : result, &outputs[signature]));
        if (step == 0) return CollisionError();
        collision = std::min(collision, step);
      }
      if (!result.empty()) out.push_back(std::move(result));
      return base::Status();
    };
    for (const Row& row : many) {
      const model::Labels signature = Signature(row.labels, matching_);
      const auto found = ones.find(signature);
      const std::vector<const Row*> none;
      const std::vector<const Row*>& partners = found == ones.end() ? none : found->second;
      for (const Row* partner : partners) {
        VEDETTE_RETURN_IF_ERROR(add(signature, row, *partner));
      }
      if (!matching_.fill_right) continue;
      VEDETTE_RETURN_IF_ERROR(
          add(signature, row, Filler(signature, *matching_.fill_right, partners)));
    }
    if (matching_.fill_left) {
      const Sides manys = BySignature(many, matching_);
      for (const Row& row : one) {
        const model::Labels signature = Signature(row.labels, matching_);
        const auto found = manys.find(signature);
        const Row filler = Filler(signature, *matching_.fill_left,
                                  found == manys.end() ? std::vector<const Row*>() : found->second);
        VEDETTE_RETURN_IF_ERROR(add(signature, filler, row));
      }
    }
    notes_.Say(expr_, &run_->annotations());
    // Prometheus goes step by step: what fails first is said.
    if (duplicate.second != nullptr && duplicate.step <= collision) {
      return DuplicateError(duplicate);
    }
    if (collision != std::numeric_limits<int>::max()) return CollisionError();
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
  Duplicate FirstDuplicate(const Sides& ones, const std::vector<bool>& any_many) const {
    Duplicate found;
    for (const auto& [signature, rows] : ones) {
      if (rows.size() < 2) continue;
      Duplicate here = FindDuplicate(rows, any_many);
      here.signature = &signature;
      if (std::tie(here.step, here.second) < std::tie(found.step, found.second)) found = here;
    }
    return found;
  }

  // The later one is named first; by newer rules last.
  base::Status DuplicateError(const Duplicate& found) const {
    const Row* const one = run_->Newer() ? found.first : found.second;
    const Row* const other = run_->Newer() ? found.second : found.first;
    return ExecutionError(base::Concat(
        {"found duplicate series for the match group ", found.signature->ToString(), " on the ",
         swapped_ ? "left" : "right", " hand-side of the operation: [", one->labels.ToString(),
         ", ", other->labels.ToString(),
         "];many-to-many matching not allowed: matching labels must be unique on one side"}));
  }

  base::Status CollisionError() const {
    return ExecutionError(
        matching_.card == Cardinality::kOneToOne
            ? "multiple matches for labels: many-to-one matching must be explicit "
              "(group_left/group_right)"
            : "multiple matches for labels: grouping labels must ensure unique matches");
  }

  // Stands for the rows of a match group where none of them has a value.
  Row Filler(const model::Labels& signature, double fill,
             const std::vector<const Row*>& rows) const {
    Row filler;
    filler.labels = signature;
    const std::vector<bool> present = StepsWithValues(rows, grid_);
    for (int step = 0; step < grid_.steps; ++step) {
      if (!present[static_cast<size_t>(step)]) filler.Append(step, fill);
    }
    return filler;
  }

  Duplicate FindDuplicate(const std::vector<const Row*>& rows,
                          const std::vector<bool>& any_many) const {
    for (int step = 0; step < grid_.steps; ++step) {
      if (!any_many[static_cast<size_t>(step)]) continue;
      const Row* first = nullptr;
      for (const Row* row : rows) {
        if (!row->Has(step)) continue;
        if (first != nullptr) return {step, row, first, nullptr};
        first = row;
      }
    }
    return {};
  }

  // The first step at which the new result collides with another of its match group. Keeps what it
  // needs for the next: labels and steps.
  base::StatusOr<int> FirstCollision(const Row& result, std::vector<Row>* group) const {
    int collision = std::numeric_limits<int>::max();
    for (const Row& other : *group) {
      VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
      if (matching_.card != Cardinality::kOneToOne && other.labels != result.labels) continue;
      collision = std::min(collision, FirstCommonStep(other, result));
    }
    group->push_back(result);
    return collision;
  }

  Row Compute(const Row& many, const Row& one) {
    Row out;
    if (!many.histograms.empty() || !one.histograms.empty() || IsTrim(expr_.op)) {
      ApplyMixedRows(expr_, swapped_ ? one : many, swapped_ ? many : one, run_->merge_rules(),
                     &notes_, &out);
      return Named(std::move(out), many, one);
    }
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
    return Named(std::move(out), many, one);
  }

  // A value wherever both sides have one.
  Row Matched(const Row& many, const Row& one) const {
    Row out;
    for (int step = 0; step < grid_.steps; ++step) {
      if (many.Has(step) && one.Has(step)) out.Append(step, 1);
    }
    return Named(std::move(out), many, one);
  }

  Row Named(Row out, const Row& many, const Row& one) const {
    if (out.empty()) return out;
    out.labels = ResultLabels(many.labels, one.labels);
    out.drop_name = many.drop_name;
    return out;
  }

  model::Labels ResultLabels(const model::Labels& many, const model::Labels& one) const {
    const bool keeps_name = IsComparison(expr_.op) || IsTrim(expr_.op);
    model::Labels kept = keeps_name ? many : DropReserved(many);
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

  QueryRun* const run_;
  const BinaryExpr& expr_;
  const VectorMatching& matching_;
  const Grid& grid_;
  const bool swapped_;
  OpNotes notes_;
};

}  // namespace

base::StatusOr<Table> Evaluator::EvalVectors(const BinaryExpr& expr, const Table& lhs,
                                             const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table rhs, Eval(*expr.rhs, grid));
  const bool swapped = expr.matching->card == Cardinality::kOneToMany;
  VectorMatcher matcher(expr, grid, run_);
  VEDETTE_ASSIGN_OR_RETURN(std::vector<Row> rows, matcher.Match(swapped ? rhs.rows : lhs.rows,
                                                                swapped ? lhs.rows : rhs.rows));
  // What fills a series' gaps belongs to it.
  if (expr.matching->fills() && !MergeEqualRows(&rows)) return ExecutionError(kSameLabels);
  Table out;
  for (Row& row : rows) {
    if (expr.return_bool) DropName(&row);
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&out));
  return out;
}

base::StatusOr<Table> Evaluator::EvalSets(const BinaryExpr& expr, Table lhs, const Grid& grid) {
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
  if (!is_or) {
    DropEmptyRows(&lhs);
    return lhs;
  }
  for (Row& row : rhs.rows) {
    const bool any = std::any_of(row.values.begin(), row.values.end(), IsPresent);
    if (any || !row.histograms.empty()) VEDETTE_RETURN_IF_ERROR(lhs.Add(run_, std::move(row)));
  }
  VEDETTE_RETURN_IF_ERROR(MergeRenamed(&lhs));
  return lhs;
}

}  // namespace vedette::promql
