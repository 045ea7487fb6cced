#include "collector/logstore/merge.h"

#include <algorithm>

namespace vedette::logstore {
namespace {

constexpr size_t kBatchRows = 512;
// Of one run alone: few enough to be cancelled soon.
constexpr size_t kRowsAtOnce = 4096;

}  // namespace

Merge::Merge(std::vector<PendingRun> pending, bool backward) : backward_(backward) {
  if (!backward) std::reverse(pending.begin(), pending.end());
  for (PendingRun& run : pending) {
    if (run.lane == nullptr) {
      MakeReady(std::move(run));
    } else {
      behind_[run.lane].push_back(std::move(run));
    }
  }
  std::vector<const void*> lanes;
  for (const auto& [lane, runs] : behind_) lanes.push_back(lane);
  for (const void* const lane : lanes) Advance(lane);
}

bool Merge::OpensLater(const PendingRun& a, const PendingRun& b) const {
  return backward_ ? a.max_ns < b.max_ns : a.min_ns > b.min_ns;
}

void Merge::MakeReady(PendingRun run) {
  pending_.push_back(std::move(run));
  std::push_heap(pending_.begin(), pending_.end(),
                 [this](const auto& a, const auto& b) { return OpensLater(a, b); });
}

void Merge::Advance(const void* lane) {
  const auto found = behind_.find(lane);
  if (found == behind_.end()) return;
  MakeReady(std::move(found->second.back()));
  found->second.pop_back();
  if (found->second.empty()) behind_.erase(found);
}

bool Merge::Later(const std::unique_ptr<Cursor>& a, const std::unique_ptr<Cursor>& b) const {
  const Row& left = a->Head(backward_);
  const Row& right = b->Head(backward_);
  return backward_ ? Before(left, right) : Before(right, left);
}

bool Merge::PendingReached() const {
  if (pending_.empty()) return false;
  if (heap_.empty()) return true;
  const int64_t head_ns = heap_.front()->Head(backward_).timestamp_ns;
  return backward_ ? pending_.front().max_ns >= head_ns : pending_.front().min_ns <= head_ns;
}

void Merge::OpenNext() {
  std::pop_heap(pending_.begin(), pending_.end(),
                [this](const auto& a, const auto& b) { return OpensLater(a, b); });
  const PendingRun next = std::move(pending_.back());
  pending_.pop_back();
  auto cursor = std::make_unique<Cursor>();
  cursor->run = next.open();
  cursor->lane = next.lane;
  if (cursor->run.rows.empty()) return Advance(next.lane);
  heap_.push_back(std::move(cursor));
  std::push_heap(heap_.begin(), heap_.end(),
                 [this](const auto& a, const auto& b) { return Later(a, b); });
}

void Merge::TakeHead() {
  const auto later = [this](const auto& a, const auto& b) { return Later(a, b); };
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Cursor& cursor = *heap_.back();
  Take(cursor.Head(backward_));
  if (++cursor.used < cursor.run.rows.size()) {
    std::push_heap(heap_.begin(), heap_.end(), later);
    return;
  }
  exhausted_.push_back(std::move(heap_.back()));
  heap_.pop_back();
  Advance(exhausted_.back()->lane);
}

// Forward the first of equal rows comes first. Backward it comes last, so that all of its time are
// gathered before any is visited.
void Merge::Take(const Row& row) {
  last_ns_ = row.timestamp_ns;
  if (backward_ && passed_ns_ != row.timestamp_ns) {
    group_.push_back(row);
    group_bytes_ += row.line.size();
    if (group_.size() == kMostGathered || group_bytes_ >= kMostGatheredBytes) PassGroup();
  } else if (once_.IsFirst(row)) {
    batch_.push_back(row);
  }
}

// How many rows of the only open run come before anything of another.
size_t Merge::RowsAlone() const {
  if (heap_.size() != 1 || !heap_.front()->run.unique) return 0;
  const Cursor& cursor = *heap_.front();
  const std::span<const Row> rows = cursor.run.rows;
  if (pending_.empty()) return rows.size() - cursor.used;
  const auto time = [](const Row& row, int64_t bound) { return row.timestamp_ns < bound; };
  if (!backward_) {
    const auto end =
        std::lower_bound(rows.begin(), rows.end(), pending_.front().min_ns, time) - rows.begin();
    return static_cast<size_t>(end) - std::min(cursor.used, static_cast<size_t>(end));
  }
  const int64_t bound = pending_.front().max_ns;
  if (bound == INT64_MAX) return 0;
  const auto begin = std::lower_bound(rows.begin(), rows.end(), bound + 1, time) - rows.begin();
  const size_t left = rows.size() - cursor.used;
  return left - std::min(left, static_cast<size_t>(begin));
}

bool Merge::VisitAlone(const std::function<bool(std::span<const Row>)>& visit) {
  Cursor& cursor = *heap_.front();
  const size_t count = std::min(RowsAlone(), kRowsAtOnce);
  bool go_on = batch_.empty() || visit(batch_);
  batch_.clear();
  const std::span<const Row> rows = cursor.run.rows;
  if (go_on && !backward_) {
    go_on = visit(rows.subspan(cursor.used, count));
  } else if (go_on) {
    const auto part = rows.subspan(rows.size() - cursor.used - count, count);
    batch_.assign(part.rbegin(), part.rend());
    go_on = visit(batch_);
    batch_.clear();
  }
  cursor.used += count;
  Release();
  if (cursor.used == rows.size()) {
    const void* const lane = cursor.lane;
    heap_.pop_back();
    Advance(lane);
  }
  return go_on;
}

bool Merge::GroupIsWhole() const {
  if (group_.empty()) return false;
  const int64_t time_ns = group_.front().timestamp_ns;
  return (heap_.empty() || heap_.front()->Head(backward_).timestamp_ns != time_ns) &&
         (pending_.empty() || pending_.front().max_ns < time_ns);
}

// Whether the next row may be a repetition of what was taken.
bool Merge::IsAtLastTime() const {
  return !heap_.empty() && heap_.front()->Head(backward_).timestamp_ns == last_ns_;
}

// What was read to its end, and borrowed by nothing any more.
void Merge::Release() {
  once_.LetGo();
  exhausted_.clear();
}

void Merge::CloseGroup() {
  if (group_.size() > 1) {
    std::reverse(group_.begin(), group_.end());
    OnceFilter once;
    std::erase_if(group_, [&](const Row& row) { return !once.IsFirst(row); });
    std::reverse(group_.begin(), group_.end());
  }
  batch_.insert(batch_.end(), group_.begin(), group_.end());
  group_.clear();
  group_bytes_ = 0;
}

// Too many to hold: from here on the first that is met stays.
void Merge::PassGroup() {
  passed_ns_ = group_.front().timestamp_ns;
  for (const Row& row : group_) {
    if (once_.IsFirst(row)) batch_.push_back(row);
  }
  std::vector<Row>().swap(group_);
  group_bytes_ = 0;
}

base::Status Merge::Run(const std::function<bool(std::span<const Row>)>& visit,
                        std::stop_token stop) {
  while (true) {
    if (GroupIsWhole()) CloseGroup();
    const bool end = heap_.empty() && pending_.empty();
    // What is visited may borrow from what is exhausted, and so may a group that is not whole yet.
    if (group_.empty() && (end || batch_.size() >= kBatchRows || !exhausted_.empty())) {
      if (stop.stop_requested()) return base::Cancelled("query cancelled");
      if (!batch_.empty() && !visit(batch_)) return {};
      batch_.clear();
      Release();
    }
    if (end) return {};
    while (PendingReached()) {
      if (stop.stop_requested()) return base::Cancelled("query cancelled");
      OpenNext();
    }
    if (group_.empty() && !IsAtLastTime() && RowsAlone() > 0) {
      if (stop.stop_requested()) return base::Cancelled("query cancelled");
      if (!VisitAlone(visit)) return {};
    } else if (!heap_.empty()) {
      TakeHead();
    }
  }
}

}  // namespace vedette::logstore
