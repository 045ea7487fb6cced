#include "collector/tsdb/head.h"

namespace vedette::tsdb {

void Head::UndoEntry(const HeadBatch::Entry& entry) {
  if (entry.kind == HeadBatch::Kind::kRepeat) return;
  HeadSeries* const series = entry.series;
  if (entry.kind == HeadBatch::Kind::kRow) {
    series->column = entry.column;
    if (series->extra != nullptr && !series->extra->gaps.empty() &&
        series->extra->gaps.back().first >= series->column.rows()) {
      series->extra->gaps.pop_back();
    }
  } else {
    RemoveLoose(series, entry.time_ms);
  }
  series->newest_ms = entry.newest_ms;
  series->newest_value = entry.newest_value;
  series->newest_is_histogram = entry.newest_was_histogram;
  --samples_;
}

void Head::UndoHistogram(const HeadBatch::HistogramEntry& entry) {
  if (entry.kind == HeadBatch::Kind::kRepeat) return;
  HeadSeries* const series = entry.series;
  RichSamples* const rich = series->extra->rich.get();
  const uint64_t before = rich->bytes();
  rich->Remove(entry.sample.time_ms);
  column_bytes_ += rich->bytes() - before;
  series->newest_ms = entry.newest_ms;
  series->newest_value = entry.newest_value;
  series->newest_is_histogram = entry.newest_was_histogram;
  --samples_;
}

void Head::UndoStarts(const HeadBatch::StartsBefore& before) {
  RichSamples* const rich = before.series->extra->rich.get();
  const uint64_t bytes = rich->bytes();
  rich->set_starts(before.starts);
  column_bytes_ += rich->bytes() - bytes;
  before.series->has_starts = !before.starts.empty();
}

void Head::Undo(const HeadBatch& batch) {
  for (auto at = batch.histograms.rbegin(); at != batch.histograms.rend(); ++at) UndoHistogram(*at);
  for (auto at = batch.starts_before.rbegin(); at != batch.starts_before.rend(); ++at) {
    UndoStarts(*at);
  }
  for (auto at = batch.entries.rbegin(); at != batch.entries.rend(); ++at) UndoEntry(*at);
  for (auto at = batch.opened.rbegin(); at != batch.opened.rend(); ++at) (*at)->times.pop_back();
  min_ms_ = batch.min_ms;
  max_ms_ = batch.max_ms;
  for (auto at = batch.created.rbegin(); at != batch.created.rend(); ++at) {
    if ((*at)->extra != nullptr) column_bytes_ -= (*at)->extra->bytes();
    Remove(*at);
  }
}

}  // namespace vedette::tsdb
