#include "app/store_join.h"

#include <string>
#include <utility>
#include <vector>

#include "model/wire_batch.h"

namespace vedette::app {
namespace {

void Invalid(uint64_t count, std::string_view why, model::AppendStats* stats) {
  if (count == 0) return;
  stats->invalid += count;
  if (stats->first_error.empty()) stats->first_error = why;
}

void AddRows(const model::WireBatch& batch, size_t i, std::vector<model::SampleRow>* rows,
             model::AppendStats* stats) {
  const base::StatusOr<model::Labels> labels = batch.LabelsOf(i);
  const size_t count = batch.Samples(i).size() + batch.histogram_count(i);
  if (!labels.ok()) return Invalid(count, base::Message(labels.status()), stats);
  for (const model::WireSample& sample : batch.Samples(i)) {
    rows->push_back({*labels, sample.time_ms, sample.value});
  }
  Invalid(batch.histogram_count(i), labels->ToString() + ": native histograms are not stored",
          stats);
}

}  // namespace

base::StatusOr<model::AppendStats> WireRows::Append(const model::WireBatch& batch) {
  model::AppendStats bad;
  std::vector<model::SampleRow> rows;
  rows.reserve(batch.samples().size());
  for (size_t i = 0; i < batch.size(); ++i) AddRows(batch, i, &rows, &bad);
  VEDETTE_ASSIGN_OR_RETURN(model::AppendStats stats, sink_->Append(rows));
  stats.invalid += bad.invalid;
  stats.exemplars_dropped += batch.exemplar_count();
  if (!bad.first_error.empty()) stats.first_error = std::move(bad.first_error);
  return stats;
}

void WireRows::OnDurable(std::function<void(const base::Status&)> done) {
  sink_->OnDurable(std::move(done));
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

}  // namespace vedette::app
