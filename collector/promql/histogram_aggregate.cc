#include "collector/promql/histogram_aggregate.h"

#include <utility>

#include "collector/promql/histogram_notes.h"

namespace vedette::promql {
namespace {

bool Sums(AggregateOp op) { return op == AggregateOp::kSum || op == AggregateOp::kAvg; }
bool Counts(AggregateOp op) { return op == AggregateOp::kCount || op == AggregateOp::kGroup; }

// A row with f(step, value) at each of the steps that it or `cells` have.
template <typename Cells, typename F>
void Rewrite(const Cells& cells, Row* row, const F& f) {
  Row out;
  auto next = cells.begin();
  int step = row->first;
  while (step < row->end() || next != cells.end()) {
    if (next != cells.end() && (step >= row->end() || next->first <= step)) {
      f(next->first, row->At(next->first), &next->second, &out);
      if (next->first == step) ++step;
      ++next;
    } else {
      f(step, row->At(step), nullptr, &out);
      ++step;
    }
  }
  row->first = out.first;
  row->values = std::move(out.values);
  row->histograms = std::move(out.histograms);
}

}  // namespace

base::Status HistogramAggregate::Add(size_t group, const Row& row,
                                     const std::function<bool(int)>& has_float) {
  if (!Sums(expr_.op) && !Counts(expr_.op)) {
    InformIgnoredInAggregation(&run_->annotations(), OpText(expr_.op), where_);
    return base::Status();
  }
  if (groups_.size() <= group) groups_.resize(group + 1);
  for (const HistogramStep& h : row.histograms) {
    Cell& cell = groups_[group][h.step];
    if (cell.count == 0) VEDETTE_RETURN_IF_ERROR(hold_.Add(run_, SamplesOf(*h.histogram)));
    cell.count += 1;
    if (!Sums(expr_.op) || cell.incompatible) continue;
    // Once there is a float nothing comes of the histograms: they are not looked at.
    if (!cell.accumulator && has_float(h.step)) cell.float_before = true;
    if (cell.float_before) continue;
    AddToSum(row, h, &cell);
    VEDETTE_RETURN_IF_ERROR(HoldSum(&cell));
    if (cell.incompatible) cell.float_before = has_float(h.step);
  }
  return base::Status();
}

void HistogramAggregate::AddToSum(const Row& row, const HistogramStep& h, Cell* cell) {
  if (!cell->accumulator) {
    const auto kind = expr_.op == AggregateOp::kSum ? HistogramAccumulator::Kind::kSum
                                                    : HistogramAccumulator::Kind::kMean;
    cell->accumulator = std::make_unique<HistogramAccumulator>(kind, run_->merge_rules());
  }
  const MergeOutcome outcome = cell->accumulator->Add(*h.histogram);
  if (outcome.problem != MergeProblem::kNone) {
    cell->incompatible = true;
    HistogramNotes(&run_->annotations(), row.labels.MetricName(), where_)
        .WarnProblem(outcome.problem);
  }
  if (!run_->Newer()) return;
  if (outcome.reset_collision) WarnResetCollision(&run_->annotations(), "aggregation", where_);
  if (outcome.bounds_reconciled) InformReconciled(&run_->annotations(), "aggregation", where_);
}

base::Status HistogramAggregate::HoldSum(Cell* cell) {
  const size_t bytes = cell->accumulator->MemoryBytes();
  VEDETTE_RETURN_IF_ERROR(run_->Work(bytes / sizeof(double)));
  if (bytes <= cell->bytes) return base::Status();
  const size_t more = bytes - std::exchange(cell->bytes, bytes);
  return hold_.Add(run_, 0, more);
}

void HistogramAggregate::Finish(size_t group, Row* row) {
  if (group >= groups_.size() || groups_[group].empty()) return;
  if (Counts(expr_.op)) {
    FinishCounts(groups_[group], row);
  } else {
    FinishSums(groups_[group], row);
  }
}

void HistogramAggregate::FinishCounts(const Cells& cells, Row* row) const {
  const bool group = expr_.op == AggregateOp::kGroup;
  Rewrite(cells, row, [group](int step, double value, const Cell* cell, Row* out) {
    const double floats = IsPresent(value) ? value : 0;
    const double all = cell == nullptr ? floats : floats + cell->count;
    if (all > 0) out->Append(step, group ? 1 : all);
  });
}

void HistogramAggregate::FinishSums(const Cells& cells, Row* row) {
  Rewrite(cells, row, [this](int step, double value, const Cell* cell, Row* out) {
    if (cell == nullptr) {
      if (IsPresent(value)) out->Append(step, value);
      return;
    }
    if (IsPresent(value)) {
      // Floats behind histograms that do not combine are not looked at.
      if (!cell->incompatible || cell->float_before) {
        WarnMixedAggregation(&run_->annotations(), where_);
      }
    } else if (!cell->incompatible) {
      auto result = std::make_shared<model::Histogram>(cell->accumulator->Result());
      Compact(result.get());
      out->histograms.push_back({step, std::move(result)});
    }
  });
}

}  // namespace vedette::promql
