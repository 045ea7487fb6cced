#include "app/store_join.h"

#include <utility>
#include <vector>

#include "collector/logscan/log_scan.h"

namespace vedette::app {

std::string ReplayCaution(const tsdb::Store& store) {
  const tsdb::ReplayProgress replay = store.Replay();
  if (replay.done) return "";
  if (!replay.problem.empty()) {
    return "the newest samples may be missing: the log cannot be replayed: " + replay.problem;
  }
  const uint64_t percent = replay.all_bytes == 0 ? 100 : replay.done_bytes * 100 / replay.all_bytes;
  return "the newest samples may be missing: " + std::to_string(percent) +
         " % of the log are replayed since the start";
}

base::StatusOr<std::vector<api::ExemplarsInfo>> ExemplarsJoin::Exemplars(
    const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms,
    int64_t max_ms) const {
  std::vector<api::ExemplarsInfo> out;
  for (tsdb::SeriesExemplars& one : store_->Exemplars(selectors, min_ms, max_ms)) {
    out.push_back({std::move(one.series), std::move(one.exemplars)});
  }
  return out;
}

base::Status LogStoreSource::Scan(const logql::ScanRequest& request,
                                  const logql::ScanFn& visit) const {
  logstore::SelectRequest select;
  select.matchers = request.matchers;
  select.start_ns = request.start_ns;
  select.end_ns = request.end_ns;
  select.direction = request.direction == logql::Direction::kForward
                         ? logstore::Direction::kForward
                         : logstore::Direction::kBackward;
  select.required = request.required;
  select.lines = request.lines;
  select.stop = request.stop;
  std::vector<logql::StoredLine> lines;
  return store_->Select(select, [&](std::span<const logstore::Row> rows) {
    lines.clear();
    lines.reserve(rows.size());
    for (const logstore::Row& row : rows) {
      lines.push_back({row.timestamp_ns, row.line, &row.stream->labels, row.metadata});
    }
    return visit(lines);
  });
}

base::Status LogStoreSource::ScanBlocks(const logql::BlockRequest& request,
                                        const logql::BlockFn& visit) const {
  return logscan::ScanBlocks(*store_, request, visit);
}

base::StatusOr<std::optional<std::vector<logql::CountBins>>> LogStoreSource::Count(
    const logql::CountRequest& request, const logql::CountGroupFn& group) const {
  logstore::VolumeRequest volumes;
  volumes.matchers = request.matchers;
  volumes.start_ns = request.start_ns;
  volumes.end_ns = request.end_ns;
  volumes.origin_ns = request.origin_ns;
  volumes.step_ns = request.step_ns;
  volumes.bytes = request.bytes;
  volumes.labels = request.labels;
  volumes.all_labels = request.all_labels;
  volumes.stop = request.stop;
  VEDETTE_ASSIGN_OR_RETURN(auto counted, store_->Volumes(volumes, group));
  if (!counted) return std::nullopt;
  std::vector<logql::CountBins> bins;
  bins.reserve(counted->size());
  for (logstore::VolumeBins& one : *counted) {
    bins.push_back({std::move(one.entries), std::move(one.bytes)});
  }
  return bins;
}

}  // namespace vedette::app
