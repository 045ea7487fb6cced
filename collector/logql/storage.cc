#include "collector/logql/storage.h"

#include "collector/logql/line_block.h"

namespace vedette::logql {

base::Status LogSource::ScanBlocks(const BlockRequest& request, const BlockFn& visit) const {
  ScanRequest scan;
  scan.matchers = request.matchers;
  scan.start_ns = request.start_ns;
  scan.end_ns = request.end_ns;
  scan.direction =
      request.order == BlockOrder::kBackward ? Direction::kBackward : Direction::kForward;
  scan.required = request.required;
  scan.stop = request.stop;
  return Scan(scan, [&](std::span<const StoredLine> lines) {
    if (lines.empty()) return true;
    LineBlock block(lines);
    return visit(block, 0);
  });
}

base::StatusOr<std::optional<std::vector<CountBins>>> LogSource::Count(
    const CountRequest& /*request*/, const CountGroupFn& /*group*/) const {
  return std::nullopt;
}

}  // namespace vedette::logql
