#include "collector/logstore/merge.h"

#include <algorithm>

namespace vedette::logstore {
namespace {

constexpr size_t kBatchRows = 512;
// Of one run alone: few enough to be cancelled soon.
constexpr size_t kRowsAtOnce = 4096;

}  // namespace

Merge::Merge(std::vector<PendingRun> pending, bool backward)
    : pending_(std::move(pending)), backward_(backward) {
  std::stable_sort(pending_.begin(), pending_.end(), [&](const auto& a, const auto& b) {
    return backward ? a.max_ns < b.max_ns : a.min_ns > b.min_ns;
  });
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
  return backward_ ? pending_.back().max_ns >= head_ns : pending_.back().min_ns <= head_ns;
}

void Merge::OpenNext() {
  auto cursor = std::make_unique<Cursor>();
  cursor->run = pending_.back().open();
  pending_.pop_back();
  if (cursor->run.rows.empty()) return;
  heap_.push_back(std::move(cursor));
  std::push_heap(heap_.begin(), heap_.end(),
                 [this](const auto& a, const auto& b) { return Later(a, b); });
}

void Merge::TakeHead() {
  const auto later = [this](const auto& a, const auto& b) { return Later(a, b); };
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Cursor& cursor = *heap_.back();
  group_.push_back(cursor.Head(backward_));
  if (++cursor.used < cursor.run.rows.size()) {
    std::push_heap(heap_.begin(), heap_.end(), later);
    return;
  }
  exhausted_.push_back(std::move(heap_.back()));
  heap_.pop_back();
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
        std::lower_bound(rows.begin(), rows.end(), pending_.back().min_ns, time) - rows.begin();
    return static_cast<size_t>(end) - std::min(cursor.used, static_cast<size_t>(end));
  }
  const int64_t bound = pending_.back().max_ns;
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
  exhausted_.clear();
  if (cursor.used == rows.size()) heap_.pop_back();
  return go_on;
}

bool Merge::GroupIsWhole() const {
  return !group_.empty() && (heap_.empty() || heap_.front()->Head(backward_).timestamp_ns !=
                                                  group_.front().timestamp_ns);
}

// Of equal rows the first that arrived stays, whatever the direction.
void Merge::CloseGroup() {
  if (group_.size() > 1) {
    if (backward_) std::reverse(group_.begin(), group_.end());
    OnceFilter once;
    std::erase_if(group_, [&](const Row& row) { return !once.IsFirst(row); });
    if (backward_) std::reverse(group_.begin(), group_.end());
  }
  batch_.insert(batch_.end(), group_.begin(), group_.end());
  group_.clear();
}

base::Status Merge::Run(const std::function<bool(std::span<const Row>)>& visit,
                        std::stop_token stop) {
  while (true) {
    // Runs that are still to be opened lie behind the group: those at its time were opened for it.
    if (GroupIsWhole()) CloseGroup();
    const bool end = heap_.empty() && pending_.empty();
    // What is visited may borrow from what is exhausted, and so may a group that is not whole yet.
    if (group_.empty() && (end || batch_.size() >= kBatchRows || !exhausted_.empty())) {
      if (stop.stop_requested()) return base::Cancelled("query cancelled");
      if (!batch_.empty() && !visit(batch_)) return {};
      batch_.clear();
      exhausted_.clear();
    }
    if (end) return {};
    while (PendingReached()) {
      if (stop.stop_requested()) return base::Cancelled("query cancelled");
      OpenNext();
    }
    if (group_.empty() && RowsAlone() > 0) {
      if (stop.stop_requested()) return base::Cancelled("query cancelled");
      if (!VisitAlone(visit)) return {};
    } else if (!heap_.empty()) {
      TakeHead();
    }
  }
}

}  // namespace vedette::logstore
