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

namespace {

void Empty(model::SeriesSamples* samples) {
  samples->timestamps_ms.clear();
  samples->values.clear();
  samples->starts_ms.clear();
  samples->histograms.clear();
}

// One series of several sources.
class Joiner {
 public:
  explicit Joiner(const Sources& sources) : sources_(sources) {}

  base::StatusOr<model::SeriesView> Join(const std::vector<size_t>& equal) {
    Empty(&joined_);
    for (const size_t source : equal) {
      Empty(&more_);
      VEDETTE_RETURN_IF_ERROR(sources_[source]->Read(&more_));
      Add();
    }
    return model::ViewOf(sources_[equal.front()]->labels(), joined_);
  }

 private:
  static bool IsPlain(const model::SeriesSamples& samples) {
    return samples.starts_ms.empty() && samples.histograms.empty();
  }

  void Add() {
    if (joined_.empty()) {
      std::swap(joined_, more_);
    } else if (IsPlain(joined_) && IsPlain(more_) && !more_.empty() &&
               more_.timestamps_ms.front() > joined_.timestamps_ms.back()) {
      joined_.timestamps_ms.insert(joined_.timestamps_ms.end(), more_.timestamps_ms.begin(),
                                   more_.timestamps_ms.end());
      joined_.values.insert(joined_.values.end(), more_.values.begin(), more_.values.end());
    } else {
      MergeSamples(std::exchange(more_, {}), &joined_);
    }
  }

  const Sources& sources_;
  model::SeriesSamples joined_;
  model::SeriesSamples more_;
};

}  // namespace

base::Status SeriesCursor::Lend(bool, model::SeriesSamples* scratch, model::SeriesView* view) {
  Empty(scratch);
  VEDETTE_RETURN_IF_ERROR(Read(scratch));
  *view = model::ViewOf(labels(), *scratch);
  return {};
}

base::Status LendSeries(std::vector<std::unique_ptr<SeriesCursor>> sources, bool newest_only,
                        const VisitView& visit) {
  model::SeriesSamples scratch;
  const auto lend = [&](SeriesCursor* source) -> base::Status {
    model::SeriesView view;
    VEDETTE_RETURN_IF_ERROR(source->Lend(newest_only, &scratch, &view));
    return view.empty() ? base::Status() : visit(view);
  };
  if (sources.size() == 1) {
    while (true) {
      VEDETTE_ASSIGN_OR_RETURN(const bool more, sources.front()->Next());
      if (!more) return {};
      VEDETTE_RETURN_IF_ERROR(lend(sources.front().get()));
    }
  }
  Joiner joiner(sources);
  return ForEachSeries(sources, [&](const std::vector<size_t>& equal) -> base::Status {
    if (equal.size() == 1) return lend(sources[equal.front()].get());
    VEDETTE_ASSIGN_OR_RETURN(const model::SeriesView view, joiner.Join(equal));
    return view.empty() ? base::Status() : visit(view);
  });
}

base::Status MergeLabels(std::vector<std::unique_ptr<SeriesCursor>> sources,
                         const std::function<base::Status(const model::Labels&)>& visit) {
  return ForEachSeries(sources, [&](const std::vector<size_t>& equal) {
    return visit(sources[equal.front()]->labels());
  });
}

}  // namespace vedette::tsdb
