#include "collector/tsdb/deletion_cursor.h"

#include <algorithm>

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
  times_.clear();
  values_.clear();
  VEDETTE_RETURN_IF_ERROR(inner_->Read(&times_, &values_));
  size_t kept = 0;
  for (size_t i = 0; i < times_.size(); ++i) {
    if (IsDeleted(times_[i])) continue;
    times_[kept] = times_[i];
    values_[kept++] = values_[i];
  }
  times_.resize(kept);
  values_.resize(kept);
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
    if (!times_.empty()) return true;
  }
}

base::Status DeletionCursor::Read(std::vector<int64_t>* times, std::vector<double>* values) {
  if (ranges_.empty()) return inner_->Read(times, values);
  times->insert(times->end(), times_.begin(), times_.end());
  values->insert(values->end(), values_.begin(), values_.end());
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
