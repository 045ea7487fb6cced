#include "collector/tsdb/head_view.h"

#include <algorithm>
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
      if (items_[next_++].samples.HasAny(min_ms_, max_ms_)) return true;
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
    Current().samples.Lend(labels(), min_ms_, max_ms_, newest_only, scratch, view);
    return {};
  }

 private:
  const Item& Current() const { return items_[next_ - 1]; }

  const std::shared_ptr<const void> owner_;
  const std::vector<Item> items_;
  const int64_t min_ms_;
  const int64_t max_ms_;
  size_t next_ = 0;
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
