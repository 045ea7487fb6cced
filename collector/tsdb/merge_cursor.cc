#include "collector/tsdb/merge_cursor.h"

#include <queue>
#include <utility>

#include "collector/tsdb/sample_merge.h"

namespace vedette::tsdb {
namespace {

using Sources = std::vector<std::unique_ptr<SeriesCursor>>;

// The sources that still have series, the one with the smallest labels on top; of equal ones the
// earliest source.
class Heap {
 public:
  explicit Heap(const Sources* sources) : queue_(After{sources}), sources_(sources) {}

  base::Status Advance(size_t source) {
    VEDETTE_ASSIGN_OR_RETURN(const bool more, (*sources_)[source]->Next());
    if (more) queue_.push(source);
    return {};
  }
  bool empty() const { return queue_.empty(); }
  const model::Labels& labels() const { return (*sources_)[queue_.top()]->labels(); }

  // Takes all sources that stand at the smallest labels, in order.
  std::vector<size_t> PopEqual() {
    std::vector<size_t> equal;
    do {
      equal.push_back(queue_.top());
      queue_.pop();
    } while (!queue_.empty() && labels() == (*sources_)[equal.front()]->labels());
    return equal;
  }

 private:
  struct After {
    const Sources* sources;
    bool operator()(size_t a, size_t b) const {
      const auto order = (*sources)[a]->labels() <=> (*sources)[b]->labels();
      return order == 0 ? a > b : order > 0;
    }
  };
  std::priority_queue<size_t, std::vector<size_t>, After> queue_;
  const Sources* sources_;
};

// Calls `take` with the sources of each series, in order of labels.
base::Status ForEachSeries(const Sources& sources,
                           const std::function<base::Status(const std::vector<size_t>&)>& take) {
  Heap heap(&sources);
  for (size_t i = 0; i < sources.size(); ++i) VEDETTE_RETURN_IF_ERROR(heap.Advance(i));
  while (!heap.empty()) {
    const std::vector<size_t> equal = heap.PopEqual();
    VEDETTE_RETURN_IF_ERROR(take(equal));
    for (const size_t source : equal) VEDETTE_RETURN_IF_ERROR(heap.Advance(source));
  }
  return {};
}

}  // namespace

base::Status MergeSeries(std::vector<std::unique_ptr<SeriesCursor>> sources,
                         const std::function<base::Status(model::SeriesSamples)>& visit) {
  return ForEachSeries(sources, [&](const std::vector<size_t>& equal) -> base::Status {
    model::SeriesSamples series;
    for (const size_t source : equal) {
      model::SeriesSamples samples;
      VEDETTE_RETURN_IF_ERROR(sources[source]->Read(&samples));
      MergeSamples(std::move(samples), &series);
    }
    if (series.empty()) return {};
    series.labels = sources[equal.front()]->labels();
    return visit(std::move(series));
  });
}

base::Status MergeLabels(std::vector<std::unique_ptr<SeriesCursor>> sources,
                         const std::function<base::Status(const model::Labels&)>& visit) {
  return ForEachSeries(sources, [&](const std::vector<size_t>& equal) {
    return visit(sources[equal.front()]->labels());
  });
}

}  // namespace vedette::tsdb
