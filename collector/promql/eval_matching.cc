#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "base/strings.h"
#include "collector/promql/binary_ops.h"
#include "collector/promql/evaluator.h"
#include "collector/promql/grouping.h"
#include "collector/promql/histogram_ops.h"
#include "collector/promql/row_ops.h"

// Binary operations between vectors: series are matched by their labels once, and then computed
// step by step.

namespace vedette::promql {
namespace {

// Rows of one side by the number of their match group.
using Sides = std::vector<std::vector<const Row*>>;

base::StatusOr<Sides> ByGroup(const std::vector<Row>& rows, QueryRun* run, Grouping* groups) {
  Sides out;
  for (const Row& row : rows) {
    VEDETTE_RETURN_IF_ERROR(run->CheckAlive());
    const size_t group = groups->GroupOf(row.labels);
    if (group >= out.size()) out.resize(group + 1);
    out[group].push_back(&row);
  }
  return out;
}

// None for a group that came up on the other side alone.
const std::vector<const Row*>& RowsOf(const Sides& sides, size_t group) {
  static const std::vector<const Row*> none;
  return group < sides.size() ? sides[group] : none;
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
        swapped_(matching_.card == Cardinality::kOneToMany),
        groups_(matching_) {}

  // `many` is the left side, or the right one for group_right; `one` the other. Called once.
  base::StatusOr<std::vector<Row>> Match(const std::vector<Row>& many,
                                         const std::vector<Row>& one) {
    VEDETTE_ASSIGN_OR_RETURN(const Sides ones, ByGroup(one, run_, &groups_));
    const Duplicate duplicate = FirstDuplicate(ones, many);
    // Nothing can fail before the first step.
    if (duplicate.second != nullptr && duplicate.step == 0) return DuplicateError(duplicate);
    for (const Row& row : many) {
      const size_t group = groups_.GroupOf(row.labels);
      const std::vector<const Row*>& partners = RowsOf(ones, group);
      for (const Row* partner : partners) VEDETTE_RETURN_IF_ERROR(Add(group, row, *partner));
      if (!matching_.fill_right) continue;
      VEDETTE_RETURN_IF_ERROR(Add(group, row, Filler(group, *matching_.fill_right, partners)));
    }
    if (matching_.fill_left) VEDETTE_RETURN_IF_ERROR(FillLeft(many, one));
    notes_.Say(expr_, &run_->annotations());
    // Prometheus goes step by step: what fails first is said.
    if (duplicate.second != nullptr && duplicate.step <= collision_) {
      return DuplicateError(duplicate);
    }
    if (collision_ != std::numeric_limits<int>::max()) return CollisionError();
    return std::move(out_);
  }

 private:
  // Two series of one match group with values at the same step.
  struct Duplicate {
    int step = std::numeric_limits<int>::max();
    const Row* second = nullptr;
    const Row* first = nullptr;
    size_t group = 0;
  };

  // The first of all duplicates in time, and of those the first in the order of the rows.
  Duplicate FirstDuplicate(const Sides& ones, const std::vector<Row>& many) const {
    Duplicate found;
    std::vector<bool> any_many;  // found out where it matters
    for (size_t group = 0; group < ones.size(); ++group) {
      if (ones[group].size() < 2) continue;
      if (any_many.empty()) any_many = StepsWithValues(Pointers(many), grid_);
      Duplicate here = FindDuplicate(ones[group], any_many);
      here.group = group;
      if (std::tie(here.step, here.second) < std::tie(found.step, found.second)) found = here;
    }
    return found;
  }

  // Puts the result of two series of a match group to the others.
  base::Status Add(size_t group, const Row& m, const Row& o) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    VEDETTE_ASSIGN_OR_RETURN(Row result, Compute(m, o));
    // By newer rules what a comparison leaves out has matched too.
    const bool filters = run_->Newer() && IsComparison(expr_.op) && !expr_.return_bool;
    if (!filters && result.empty()) return base::Status();
    const size_t bytes = m.values.size() * sizeof(double) + m.OtherBytes();
    VEDETTE_RETURN_IF_ERROR(hold_.Add(run_, 0, filters ? 2 * bytes : bytes));
    if (filters) matched_.push_back(Matched(m, o));
    if (!result.empty()) out_.push_back(std::move(result));
    VEDETTE_ASSIGN_OR_RETURN(const int step, FirstCollision(filters ? matched_ : out_, group));
    if (step == 0) return CollisionError();
    collision_ = std::min(collision_, step);
    return base::Status();
  }

  base::Status FillLeft(const std::vector<Row>& many, const std::vector<Row>& one) {
    VEDETTE_ASSIGN_OR_RETURN(const Sides manys, ByGroup(many, run_, &groups_));
    for (const Row& row : one) {
      const size_t group = groups_.GroupOf(row.labels);
      const Row filler = Filler(group, *matching_.fill_left, RowsOf(manys, group));
      VEDETTE_RETURN_IF_ERROR(Add(group, filler, row));
    }
    return base::Status();
  }

  // The later one is named first; by newer rules last.
  base::Status DuplicateError(const Duplicate& found) const {
    const Row* const one = run_->Newer() ? found.first : found.second;
    const Row* const other = run_->Newer() ? found.second : found.first;
    return ExecutionError(base::Concat(
        {"found duplicate series for the match group ", groups_.LabelsOf(found.group).ToString(),
         " on the ", swapped_ ? "left" : "right", " hand-side of the operation: [",
         one->labels.ToString(), ", ", other->labels.ToString(),
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
  Row Filler(size_t group, double fill, const std::vector<const Row*>& rows) const {
    Row filler;
    filler.labels = groups_.LabelsOf(group);
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
        if (first != nullptr) return {step, row, first};
        first = row;
      }
    }
    return {};
  }

  // Of one-to-one matching all results of a group are alike, else those with the same labels.
  uint64_t AlikeKey(size_t group, const model::Labels& labels) const {
    if (matching_.card == Cardinality::kOneToOne) return group;
    return absl::HashOf(group, labels.bytes());
  }

  // The first step at which the newest of the results collides with another of its match group.
  base::StatusOr<int> FirstCollision(const std::vector<Row>& results, size_t group) {
    const Row& newest = results.back();
    std::vector<size_t>& alike = alike_[AlikeKey(group, newest.labels)];
    int collision = std::numeric_limits<int>::max();
    for (const size_t i : alike) {
      VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
      const Row& other = results[i];
      if (matching_.card != Cardinality::kOneToOne && other.labels != newest.labels) continue;
      collision = std::min(collision, FirstCommonStep(other, newest));
    }
    alike.push_back(results.size() - 1);
    return collision;
  }

  base::StatusOr<Row> Compute(const Row& many, const Row& one) {
    if (!many.histograms.empty() || !one.histograms.empty() || IsTrim(expr_.op)) {
      VEDETTE_ASSIGN_OR_RETURN(Row mixed, ApplyMixedRows(expr_, swapped_ ? one : many,
                                                         swapped_ ? many : one, run_, &notes_));
      return Named(std::move(mixed), many, one);
    }
    Row out;
    const int first = std::max(many.first, one.first);
    const int end = std::min(many.end(), one.end());
    if (first >= end) return out;
    const double* const m = many.values.data() + (first - many.first);
    const double* const o = one.values.data() + (first - one.first);
    const double* const left = swapped_ ? o : m;
    out.first = first;
    out.values.resize(static_cast<size_t>(end - first));
    ApplyToRows(expr_.op, expr_.return_bool, {left, swapped_ ? m : o, left, out.values.size()},
                out.values.data());
    out.Trim();
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
  Grouping groups_;
  std::vector<Row> out_;
  // Of comparisons by newer rules, a row each: where there were values on both sides.
  std::vector<Row> matched_;
  // By AlikeKey: the results that must not have a step in common.
  absl::flat_hash_map<uint64_t, std::vector<size_t>> alike_;
  SampleHold hold_;  // of all these
  int collision_ = std::numeric_limits<int>::max();
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
  Grouping groups(matching);
  std::vector<std::vector<bool>> present;  // by match group
  SampleHold hold;
  VEDETTE_ASSIGN_OR_RETURN(const Sides sides,
                           ByGroup(is_or ? lhs.rows : rhs.rows, run_, &groups));
  for (const std::vector<const Row*>& rows : sides) {
    constexpr size_t kStepsOfByte = 8;
    VEDETTE_RETURN_IF_ERROR(hold.Add(run_, 0, static_cast<size_t>(grid.steps) / kStepsOfByte));
    present.push_back(StepsWithValues(rows, grid));
  }
  const std::vector<bool> nowhere(static_cast<size_t>(grid.steps), false);
  for (Row& row : masked.rows) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    const size_t group = groups.GroupOf(row.labels);
    Mask(group < present.size() ? present[group] : nowhere, expr.op != BinaryOp::kAnd, &row);
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
