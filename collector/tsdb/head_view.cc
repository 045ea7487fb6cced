#include "collector/tsdb/head_view.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace vedette::tsdb {
namespace {

// Walks series in memory that lie in order.
class MemoryCursor final : public SeriesCursor {
 public:
  struct Item {
    const model::Labels* labels;
    SampleView samples;
  };
  // `owner` keeps what the items point to.
  MemoryCursor(std::shared_ptr<const void> owner, std::vector<Item> items, int64_t min_ms,
               int64_t max_ms)
      : owner_(std::move(owner)), items_(std::move(items)), min_ms_(min_ms), max_ms_(max_ms) {}

  base::StatusOr<bool> Next() override {
    while (next_ < items_.size()) {
      if (next_ % kAhead == 0) LookAhead();
      const SampleView& samples = items_[next_++].samples;
      if (samples.HasAny(CurrentRows(), min_ms_, max_ms_)) return true;
    }
    return false;
  }
  const model::Labels& labels() const override { return *Current().labels; }
  base::Status Read(model::SeriesSamples* samples) override {
    Current().samples.Read(min_ms_, max_ms_, samples);
    return {};
  }
  base::Status Lend(bool newest_only, model::SeriesSamples* scratch,
                    model::SeriesView* view) override {
    newest_only_ = newest_only;
    Current().samples.Lend(labels(), CurrentRows(), min_ms_, max_ms_, newest_only, scratch, view);
    return {};
  }

 private:
  // So many series are fetched side by side.
  static constexpr size_t kAhead = 8;

  const Item& Current() const { return items_[next_ - 1]; }
  RowRange CurrentRows() const { return rows_[(next_ - 1) % kAhead]; }

  // Finds the rows of the next series and asks for the memory that they and their labels lie in.
  void LookAhead() {
    const size_t count = std::min(kAhead, items_.size() - next_);
    std::array<ValueColumn::Fetch, kAhead> fetches;
    for (size_t i = 0; i < count; ++i) {
      const auto& [labels, samples] = items_[next_ + i];
      __builtin_prefetch(labels);
      rows_[i] = RowsOf(samples);
      RowRange wanted = rows_[i];
      if (newest_only_ && wanted.first < wanted.last) wanted.first = wanted.last - 1;
      fetches[i] = ValueColumn::Fetch(*samples.column, wanted);
    }
    for (bool more = true; more;) {
      more = false;
      for (size_t i = 0; i < count; ++i) more |= fetches[i].Step();
    }
    for (size_t i = 0; i < count; ++i) __builtin_prefetch(items_[next_ + i].labels->bytes().data());
  }

  RowRange RowsOf(const SampleView& samples) {
    const bool same = samples.times.data() == known_times_.data() &&
                      samples.times.size() == known_times_.size() &&
                      samples.column->rows() == known_column_rows_;
    if (same) return known_rows_;
    known_times_ = samples.times;
    known_column_rows_ = samples.column->rows();
    return known_rows_ = samples.RowsIn(min_ms_, max_ms_);
  }

  const std::shared_ptr<const void> owner_;
  const std::vector<Item> items_;
  const int64_t min_ms_;
  const int64_t max_ms_;
  size_t next_ = 0;
  bool newest_only_ = false;           // was asked of the series before
  std::array<RowRange, kAhead> rows_;  // of the series looked ahead at
  // Those of the series looked at last: neighbours mostly are of one group.
  std::span<const int64_t> known_times_;
  uint32_t known_column_rows_ = 0;
  RowRange known_rows_;
};

void SortByLabels(std::vector<MemoryCursor::Item>* items) {
  std::sort(items->begin(), items->end(),
            [](const auto& a, const auto& b) { return *a.labels < *b.labels; });
}

}  // namespace

uint64_t HeadView::bytes() const {
  uint64_t bytes = 0;
  for (const std::vector<int64_t>& rows : times) bytes += BytesOf(rows);
  for (const Series& one : series) bytes += BytesOf(one);
  return bytes;
}

std::unique_ptr<SeriesCursor> NewHeadCursor(HeadView view, int64_t min_ms, int64_t max_ms) {
  const auto owner = std::make_shared<const HeadView>(std::move(view));
  std::vector<MemoryCursor::Item> items;
  items.reserve(owner->series.size());
  for (const HeadView::Series& series : owner->series) {
    items.push_back({&series.owner->labels, owner->SamplesOf(series)});
  }
  if (!owner->sorted) SortByLabels(&items);
  return std::make_unique<MemoryCursor>(owner, std::move(items), min_ms, max_ms);
}

std::unique_ptr<SeriesCursor> NewFrozenCursor(std::shared_ptr<const FrozenHead> frozen,
                                              const std::vector<model::Matcher>& matchers,
                                              int64_t min_ms, int64_t max_ms) {
  std::vector<MemoryCursor::Item> items;
  frozen->VisitMatching(matchers, [&items](const model::Labels& labels, const SampleView& samples) {
    items.push_back({&labels, samples});
  });
  SortByLabels(&items);
  return std::make_unique<MemoryCursor>(std::move(frozen), std::move(items), min_ms, max_ms);
}

}  // namespace vedette::tsdb
