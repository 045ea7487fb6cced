#include <memory>
#include <utility>
#include <vector>

#include "collector/logql/block_tally.h"
#include "collector/logql/count_eval.h"
#include "collector/logql/eval.h"
#include "collector/logql/field_predicates.h"
#include "collector/logql/required_literals.h"
#include "collector/logql/saturating_add.h"

namespace vedette::logql {
namespace {

// One range aggregation over all that a source has of its lines.
class RangeRun {
 public:
  RangeRun(const RangeAggregation& range, const Grid& grid, const LogScan& scan, Budget* budget,
           const Grouping* grouping)
      : range_(range), grid_(grid), scan_(scan), budget_(budget), grouping_(grouping) {}

  base::StatusOr<GridValue> Run() {
    const BlockRequest request = Request();
    workers_.resize(request.workers);
    // The first says what is wrong with the query before anything is read.
    VEDETTE_ASSIGN_OR_RETURN(workers_[0].tally, MakeTally());
    const base::Status scanned = ScanBy(scan_, request, [this](LogBlock& block, size_t worker) {
      return Visit(&block, &workers_[worker]);
    });
    for (const Worker& worker : workers_) VEDETTE_RETURN_IF_ERROR(worker.status);
    VEDETTE_RETURN_IF_ERROR(scanned);
    return Merged();
  }

 private:
  struct Worker {
    std::unique_ptr<BlockTally> tally;
    base::Status status;
  };

  base::StatusOr<std::unique_ptr<BlockTally>> MakeTally() const {
    return BlockTally::Make(range_, grid_, grouping_, scan_.plain, budget_);
  }

  BlockRequest Request() const {
    BlockRequest request;
    request.matchers = range_.log.matchers;
    const int64_t first = SaturatingAdd(grid_.start_ns, -range_.offset_ns);
    const int64_t last = SaturatingAdd(grid_.At(grid_.points - 1), -range_.offset_ns);
    request.start_ns = SaturatingAdd(SaturatingAdd(first, -range_.range_ns), 1);
    request.end_ns = SaturatingAdd(last, 1);
    request.order = BlockOrder::kForward;
    request.required = LiteralsOfQuery(range_.log);
    request.predicates = PredicatesOfQuery(range_.log);
    request.stop = budget_->stop();
    // Values are put in order when they are all there.
    if ((CountsLines(range_) || !DependsOnArrival(range_)) && !scan_.plain) {
      request.order = BlockOrder::kUnordered;
      request.pool = scan_.pool;
      request.workers = scan_.workers;
    }
    return request;
  }

  bool Visit(LogBlock* block, Worker* worker) const {
    if (worker->tally == nullptr) {
      auto made = MakeTally();
      worker->status = made.status();
      if (!made.ok()) return false;
      worker->tally = *std::move(made);
    }
    worker->status = worker->tally->Take(block);
    return worker->status.ok();
  }

  base::StatusOr<GridValue> Merged() {
    RangeTally* const all = workers_[0].tally->tally();
    for (size_t i = 1; i < workers_.size(); ++i) {
      if (workers_[i].tally == nullptr) continue;
      VEDETTE_RETURN_IF_ERROR(all->Add(workers_[i].tally->tally()));
    }
    return all->Finish();
  }

  const RangeAggregation& range_;
  const Grid& grid_;
  const LogScan& scan_;
  Budget* const budget_;
  const Grouping* const grouping_;
  std::vector<Worker> workers_;
};

}  // namespace

base::Status ScanBy(const LogScan& scan, const BlockRequest& request, const BlockFn& visit) {
  return scan.plain ? scan.source->LogSource::ScanBlocks(request, visit)
                    : scan.source->ScanBlocks(request, visit);
}

base::StatusOr<GridValue> EvalRange(const RangeAggregation& range, const Grid& grid,
                                    const LogScan& scan, Budget* budget, const Grouping* grouping) {
  VEDETTE_ASSIGN_OR_RETURN(auto counted, EvalByCounts(range, grid, scan, budget, grouping));
  if (counted) return *std::move(counted);
  const uint64_t held = budget->Memory();
  auto value = RangeRun(range, grid, scan, budget, grouping).Run();
  if (scan.plain || !absl::IsInvalidArgument(value.status())) return value;
  // A line in error: which one is told must not hang on what was read first.
  budget->ReturnMemory(held);
  LogScan plain = scan;
  plain.plain = true;
  return RangeRun(range, grid, plain, budget, grouping).Run();
}

bool CanSumWhileReading(const RangeAggregation& range) {
  if (range.grouping) return false;
  switch (range.op) {
    case RangeOp::kRate:
    case RangeOp::kCountOverTime:
    case RangeOp::kBytesRate:
    case RangeOp::kBytesOverTime:
    case RangeOp::kSumOverTime:
      return true;
    default:
      return false;
  }
}

}  // namespace vedette::logql
