#include "collector/tsdb/deletion_cursor.h"

#include <algorithm>

#include "collector/tsdb/sample_merge.h"

namespace vedette::tsdb {

DeletionCursor::DeletionCursor(std::unique_ptr<SeriesCursor> inner, TombstoneList tombstones,
                               int64_t min_ms, int64_t max_ms)
    : inner_(std::move(inner)),
      tombstones_(std::move(tombstones)),
      min_ms_(min_ms),
      max_ms_(max_ms) {}

void DeletionCursor::FindRanges() {
  ranges_.clear();
  for (const auto& tombstone : tombstones_) {
    if (!model::MatchesAll(tombstone->matchers, inner_->labels())) continue;
    ranges_.emplace_back(tombstone->min_ms, tombstone->max_ms);
  }
}

bool DeletionCursor::TakesAll() const {
  return std::any_of(ranges_.begin(), ranges_.end(), [this](const Range& range) {
    return range.first <= min_ms_ && range.second >= max_ms_;
  });
}

bool DeletionCursor::IsDeleted(int64_t time_ms) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [time_ms](const Range& range) {
    return range.first <= time_ms && time_ms <= range.second;
  });
}

base::Status DeletionCursor::ReadRest() {
  rest_ = {};
  VEDETTE_RETURN_IF_ERROR(inner_->Read(&rest_));
  RemoveTimes([this](int64_t time_ms) { return IsDeleted(time_ms); }, &rest_);
  return {};
}

base::StatusOr<bool> DeletionCursor::Next() {
  while (true) {
    VEDETTE_ASSIGN_OR_RETURN(const bool more, inner_->Next());
    if (!more) return false;
    FindRanges();
    if (ranges_.empty()) return true;
    if (TakesAll()) continue;
    VEDETTE_RETURN_IF_ERROR(ReadRest());
    if (!rest_.empty()) return true;
  }
}

base::Status DeletionCursor::Read(model::SeriesSamples* samples) {
  if (ranges_.empty()) return inner_->Read(samples);
  AppendAll(rest_, samples);
  return {};
}

std::unique_ptr<SeriesCursor> WithoutDeleted(std::unique_ptr<SeriesCursor> cursor,
                                             const TombstoneList& tombstones, int64_t min_ms,
                                             int64_t max_ms) {
  TombstoneList reaching;
  for (const auto& tombstone : tombstones) {
    if (tombstone->min_ms <= max_ms && tombstone->max_ms >= min_ms) reaching.push_back(tombstone);
  }
  if (reaching.empty()) return cursor;
  return std::make_unique<DeletionCursor>(std::move(cursor), std::move(reaching), min_ms, max_ms);
}

}  // namespace vedette::tsdb
