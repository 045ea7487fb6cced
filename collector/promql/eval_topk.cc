#include <algorithm>
#include <cmath>

#include "collector/promql/evaluator.h"
#include "collector/promql/grouping.h"
#include "collector/promql/histogram_notes.h"
#include "collector/promql/limits.h"
#include "collector/promql/math.h"

// topk and bottomk: which series of a group stay at a step, and in which order they are shown.

namespace vedette::promql {
namespace {

struct Entry {
  double value = 0;
  size_t row = 0;
};

// The k best values seen. A binary heap with the worst on top, moved as Go's container/heap does:
// which of equal values stays depends on it.
class BestK {
 public:
  BestK(bool top, size_t k) : top_(top), k_(k) {}

  void Offer(Entry entry) {
    if (heap_.size() < k_) {
      heap_.push_back(entry);
      Up(heap_.size() - 1);
      return;
    }
    const double worst = heap_.front().value;
    const bool better = top_ ? worst < entry.value : worst > entry.value;
    if (!better && !(std::isnan(worst) && !std::isnan(entry.value))) return;
    heap_.front() = entry;
    Down(0);
  }

  // Best first, NaN last.
  std::vector<Entry> Sorted() const {
    std::vector<Entry> out = heap_;
    std::stable_sort(out.begin(), out.end(), [this](const Entry& a, const Entry& b) {
      return Before(b, a) && !Before(a, b);
    });
    return out;
  }

 private:
  // Whether a is worse than b; NaN is the worst.
  bool Before(const Entry& a, const Entry& b) const {
    if (std::isnan(a.value)) return true;
    return top_ ? a.value < b.value : a.value > b.value;
  }

  void Up(size_t i) {
    while (i > 0) {
      const size_t parent = (i - 1) / 2;
      if (!Before(heap_[i], heap_[parent])) return;
      std::swap(heap_[i], heap_[parent]);
      i = parent;
    }
  }

  void Down(size_t i) {
    while (true) {
      const size_t left = 2 * i + 1;
      if (left >= heap_.size()) return;
      const size_t right = left + 1;
      const size_t child = right < heap_.size() && Before(heap_[right], heap_[left]) ? right : left;
      if (!Before(heap_[child], heap_[i])) return;
      std::swap(heap_[child], heap_[i]);
      i = child;
    }
  }

  const bool top_;
  const size_t k_;
  std::vector<Entry> heap_;
};

bool AnyHistogramAt(const std::vector<Row>& rows, int step) {
  return std::any_of(rows.begin(), rows.end(), [step](const Row& row) {
    return !row.histograms.empty() && row.HistogramAt(step) != nullptr;
  });
}

}  // namespace

base::StatusOr<Table> Evaluator::EvalTopK(const AggregateExpr& expr, const Grid& grid) {
  VEDETTE_ASSIGN_OR_RETURN(const Table param, Eval(*expr.param, grid));
  VEDETTE_ASSIGN_OR_RETURN(Table input, Eval(*expr.operand, grid));
  if (run_->Newer()) VEDETTE_RETURN_IF_ERROR(CheckNoNan(expr.op, param.rows.front().values));
  Grouping grouping(expr);
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < input.rows.size(); ++i) {
    const size_t group = grouping.GroupOf(input.rows[i].labels);
    if (group == groups.size()) groups.emplace_back();
    groups[group].push_back(i);
  }
  std::vector<Row> kept(input.rows.size());
  std::vector<size_t> order;  // of an instant's rows
  for (int step = 0; step < grid.steps && !input.rows.empty(); ++step) {
    VEDETTE_RETURN_IF_ERROR(run_->CheckAlive());
    if (!AnyAt(input.rows, step)) continue;
    VEDETTE_ASSIGN_OR_RETURN(const size_t k, CountOf(param.ScalarAt(step), input.rows.size()));
    if (k == 0) continue;
    if (AnyHistogramAt(input.rows, step)) {
      InformIgnoredInAggregation(&run_->annotations(), OpText(expr.op), expr.pos);
    }
    for (const std::vector<size_t>& members : groups) {
      BestK best(expr.op == AggregateOp::kTopk, k);
      for (const size_t i : members) {
        const double v = input.rows[i].At(step);
        if (IsPresent(v)) best.Offer({v, i});
      }
      for (const Entry& entry : best.Sorted()) {
        if (kept[entry.row].empty()) order.push_back(entry.row);
        kept[entry.row].Append(step, entry.value);
      }
    }
  }
  Table out;
  for (const size_t i : order) {
    kept[i].labels = std::move(input.rows[i].labels);
    kept[i].drop_name = input.rows[i].drop_name;
    VEDETTE_RETURN_IF_ERROR(out.Add(run_, std::move(kept[i])));
  }
  return out;
}

}  // namespace vedette::promql
