#include "collector/logstore/block_opener.h"

#include <algorithm>

namespace vedette::logstore {
namespace {

// Whether the request asks for this row.
bool IsWanted(const Row& row, const SelectRequest& request, StreamFilter& filter) {
  return row.timestamp_ns >= request.start_ns && row.timestamp_ns < request.end_ns &&
         filter.Matches(row.stream) && HasSubstrings(row.line, request.required);
}

}  // namespace

Run OpenMemtable(const MemtableView& view, const SelectRequest& request, StreamFilter& filter) {
  Run run;
  for (const std::span<const Row> chunk : view.chunks) {
    for (const Row& row : chunk) {
      if (IsWanted(row, request, filter)) run.rows.push_back(row);
    }
  }
  if (!std::is_sorted(run.rows.begin(), run.rows.end(), Before)) {
    std::sort(run.rows.begin(), run.rows.end(), Before);
  }
  run.holder = view.owner;
  return run;
}

std::vector<bool> MatchingStreams(const Part& part, const SelectRequest& request,
                                  StreamFilter& filter) {
  std::vector<bool> matching;
  matching.reserve(part.streams().size());
  for (const StreamSummary& summary : part.streams()) {
    matching.push_back(
        TimesOverlap(summary.min_ns, summary.max_ns, request.start_ns, request.end_ns) &&
        filter.Matches(summary.stream.get()));
  }
  return matching;
}

Run BlockOpener::Open(const std::shared_ptr<const Part>& part, size_t index,
                      const std::vector<bool>& matching, bool lines) const {
  Run run;
  run.unique = true;
  const RowFilter rows{request_.start_ns,  request_.end_ns, &matching,
                       &request_.required, lines,           request_.stop};
  auto block = part->ReadBlock(index, &rows);
  if (!block.ok()) {
    // The file of a part that retention dropped after the snapshot was taken is gone: no damage.
    if (block.status().code() == absl::StatusCode::kNotFound) return run;
    // Whoever asked has gone; the merge sees it, too.
    if (block.status().code() == absl::StatusCode::kCancelled) return run;
    ++stats_->corrupt_blocks;
    on_damage_(*part, block.status());
    return run;
  }
  ++stats_->blocks_read;
  stats_->bytes_decompressed += part->blocks()[index].raw_bytes;
  const bool filtered = part->blocks()[index].IsGranule();
  for (const Row& row : (*block)->rows()) {
    if (filtered || IsWanted(row, request_, filter_)) run.rows.push_back(row);
  }
  if (!deleted_->empty()) {
    std::erase_if(run.rows, [&](const Row& row) { return deleted_->Has(row); });
  }
  // The rows borrow their streams from the part.
  run.holder =
      std::make_shared<std::pair<std::shared_ptr<const Part>, std::shared_ptr<const Block>>>(
          part, *block);
  return run;
}

}  // namespace vedette::logstore
