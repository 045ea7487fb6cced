#include "collector/logscan/log_scan.h"

#include <algorithm>
#include <vector>

#include "collector/logql/line_block.h"
#include "collector/logscan/column_block.h"

namespace vedette::logscan {
namespace {

// Hands blocks of the store on.
class LogVisitor final : public logstore::BlockVisitor {
 public:
  LogVisitor(const logstore::Store& store, const logql::BlockRequest& request,
             const logql::BlockFn& visit)
      : store_(store),
        request_(request),
        visit_(visit),
        scratch_(std::max<size_t>(1, request.workers)) {}

  bool Columns(logstore::GranuleScan& granule, size_t worker) override {
    ColumnBlock block(&granule, request_, &scratch_[worker], [&](const base::Status& why) {
      granule.Spoil();
      store_.NoteDamage(granule.part_name(), why);
    });
    return !block.Prepare() || visit_(block, worker);
  }

  bool Rows(std::span<const logstore::Row> rows, size_t worker) override {
    std::vector<logql::StoredLine> lines;
    lines.reserve(rows.size());
    for (const logstore::Row& row : rows) {
      lines.push_back({row.timestamp_ns, row.line, &row.stream->labels, row.metadata});
    }
    logql::LineBlock block(lines);
    return visit_(block, worker);
  }

 private:
  const logstore::Store& store_;
  const logql::BlockRequest& request_;
  const logql::BlockFn& visit_;
  std::vector<BlockScratch> scratch_;  // one a worker
};

}  // namespace

base::Status ScanBlocks(const logstore::Store& store, const logql::BlockRequest& request,
                        const logql::BlockFn& visit) {
  logstore::BlockScan scan;
  scan.select.matchers = request.matchers;
  scan.select.start_ns = request.start_ns;
  scan.select.end_ns = request.end_ns;
  scan.select.direction = request.order == logql::BlockOrder::kBackward
                              ? logstore::Direction::kBackward
                              : logstore::Direction::kForward;
  scan.select.required = request.required;
  scan.select.stop = request.stop;
  scan.ordered = request.order != logql::BlockOrder::kUnordered;
  scan.pool = request.pool;
  scan.workers = request.workers;
  LogVisitor visitor(store, request, visit);
  return store.ScanBlocks(scan, &visitor);
}

}  // namespace vedette::logscan
