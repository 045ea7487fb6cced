#include "collector/tsdb/merge_cursor.h"

#include <algorithm>
#include <utility>

#include "collector/tsdb/sample_merge.h"

namespace vedette::tsdb {
namespace {

using Sources = std::vector<std::unique_ptr<SeriesCursor>>;

// The sources that still have series. Mostly all of them have the same ones and go in step, which
// takes one comparison of bytes each; else a heap finds the smallest labels.
class Front {
 public:
  explicit Front(const Sources* sources) : sources_(sources) {}

  base::Status Advance(size_t source) {
    VEDETTE_ASSIGN_OR_RETURN(const bool more, (*sources_)[source]->Next());
    if (!more) return {};
    standing_.push_back(source);
    if (ordered_) std::push_heap(standing_.begin(), standing_.end(), After{sources_});
    return {};
  }
  bool empty() const { return standing_.empty(); }

  // Takes all sources that stand at the smallest labels, in order.
  void PopEqual(std::vector<size_t>* equal) {
    equal->clear();
    if (InStep()) {
      equal->swap(standing_);
      std::sort(equal->begin(), equal->end());
      ordered_ = false;
      return;
    }
    if (!ordered_) std::make_heap(standing_.begin(), standing_.end(), After{sources_});
    ordered_ = true;
    do {
      std::pop_heap(standing_.begin(), standing_.end(), After{sources_});
      equal->push_back(standing_.back());
      standing_.pop_back();
    } while (!standing_.empty() && LabelsOf(standing_.front()) == LabelsOf(equal->front()));
  }

 private:
  // Of equal labels the earliest source comes first.
  struct After {
    const Sources* sources;
    bool operator()(size_t a, size_t b) const {
      const auto order = (*sources)[a]->labels() <=> (*sources)[b]->labels();
      return order == 0 ? a > b : order > 0;
    }
  };
  const model::Labels& LabelsOf(size_t source) const { return (*sources_)[source]->labels(); }
  bool InStep() const {
    return std::all_of(standing_.begin() + 1, standing_.end(), [this](size_t source) {
      return LabelsOf(source) == LabelsOf(standing_.front());
    });
  }

  const Sources* sources_;
  std::vector<size_t> standing_;
  bool ordered_ = false;  // standing_ is a heap
};

// Calls `take` with the sources of each series, in order of labels.
base::Status ForEachSeries(const Sources& sources,
                           const std::function<base::Status(const std::vector<size_t>&)>& take) {
  Front front(&sources);
  for (size_t i = 0; i < sources.size(); ++i) VEDETTE_RETURN_IF_ERROR(front.Advance(i));
  std::vector<size_t> equal;
  while (!front.empty()) {
    front.PopEqual(&equal);
    VEDETTE_RETURN_IF_ERROR(take(equal));
    for (const size_t source : equal) VEDETTE_RETURN_IF_ERROR(front.Advance(source));
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
  Joiner(const Sources& sources, bool newest_only) : sources_(sources), newest_only_(newest_only) {}

  base::StatusOr<model::SeriesView> Join(const std::vector<size_t>& equal) {
    Empty(&joined_);
    for (const size_t source : equal) {
      model::SeriesView more;
      VEDETTE_RETURN_IF_ERROR(sources_[source]->Lend(newest_only_, &scratch_, &more));
      Add(more);
    }
    return model::ViewOf(sources_[equal.front()]->labels(), joined_);
  }

 private:
  void Add(const model::SeriesView& more) {
    const bool plain = more.starts_ms.empty() && more.histograms.empty() &&
                       joined_.starts_ms.empty() && joined_.histograms.empty();
    const bool behind = joined_.timestamps_ms.empty() || more.timestamps_ms.empty() ||
                        more.timestamps_ms.front() > joined_.timestamps_ms.back();
    if (!plain || !behind) return MergeSamples(model::CopyOf(more), &joined_);
    joined_.timestamps_ms.insert(joined_.timestamps_ms.end(), more.timestamps_ms.begin(),
                                 more.timestamps_ms.end());
    joined_.values.insert(joined_.values.end(), more.values.begin(), more.values.end());
  }

  const Sources& sources_;
  const bool newest_only_;
  model::SeriesSamples joined_;
  model::SeriesSamples scratch_;
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
  Joiner joiner(sources, newest_only);
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
