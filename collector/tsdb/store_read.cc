#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <utility>

#include "base/strings.h"
#include "collector/tsdb/deletion_cursor.h"
#include "collector/tsdb/part_cursor.h"
#include "collector/tsdb/sample_merge.h"
#include "collector/tsdb/selector_text.h"
#include "collector/tsdb/store_impl.h"
#include "model/histogram.h"

namespace vedette::tsdb {
namespace {

// Different damages said in the log; a sick disk must not fill it.
constexpr size_t kMaxDamageLines = 100;

base::Status Note(const SeriesQuery& query, size_t bytes) {
  return query.note ? query.note(bytes) : base::Status();
}

// Texts from several sources, sorted and each once: those of most queries come from one, sorted.
class TextUnion {
 public:
  explicit TextUnion(const SeriesQuery& query) : query_(query) {}

  base::Status Add(std::vector<std::string> sorted) {
    const size_t before = TextBytes();
    Merge(std::move(sorted));
    return Note(query_, TextBytes() - before);
  }
  // In any order, with repetitions.
  base::Status AddOne(std::string_view text) {
    const bool is_new = !text.empty() && !unsorted_.contains(text);
    if (is_new) unsorted_.emplace(text);
    return Note(query_, is_new ? sizeof(std::string) + text.size() : 0);
  }
  // The first of them, as many as the query asks for.
  std::vector<std::string> Take() {
    if (!unsorted_.empty()) Merge({unsorted_.begin(), unsorted_.end()});
    if (query_.limit > 0 && texts_.size() > query_.limit) texts_.resize(query_.limit);
    return std::move(texts_);
  }

 private:
  size_t TextBytes() const {
    size_t bytes = 0;
    for (const std::string& text : texts_) bytes += sizeof text + text.size();
    return bytes;
  }
  void Merge(std::vector<std::string> sorted) {
    if (texts_.empty()) {
      texts_ = std::move(sorted);
      return;
    }
    std::vector<std::string> both;
    both.reserve(std::max(texts_.size(), sorted.size()));
    std::set_union(std::make_move_iterator(texts_.begin()), std::make_move_iterator(texts_.end()),
                   std::make_move_iterator(sorted.begin()), std::make_move_iterator(sorted.end()),
                   std::back_inserter(both));
    texts_ = std::move(both);
  }

  const SeriesQuery& query_;
  std::vector<std::string> texts_;
  std::set<std::string, std::less<>> unsorted_;
};

using LabelTexts = absl::flat_hash_set<std::string, base::StringHash, base::StringEq>;

// Adds the label's value, or the names of all labels where it is empty.
void AddTexts(std::string_view label, const model::Labels& labels, LabelTexts* texts) {
  if (!label.empty()) {
    const std::string_view value = labels.Get(label);
    if (!value.empty() && !texts->contains(value)) texts->emplace(value);
    return;
  }
  for (const model::LabelView& each : labels) {
    if (!texts->contains(each.name)) texts->emplace(each.name);
  }
}

uint64_t BytesOf(const model::SeriesView& series) {
  uint64_t bytes = sizeof(model::SeriesSamples) + series.labels->bytes().size() +
                   series.values.size() * (sizeof(int64_t) + sizeof(double)) +
                   series.starts_ms.size() * sizeof(int64_t);
  for (const model::HistogramSample& sample : series.histograms) {
    bytes += sizeof(sample) + sample.histogram->MemoryBytes();
  }
  return bytes;
}

// Nothing does with a range that ends before it begins.
bool Overlaps(const PartMeta& part, int64_t min_ms, int64_t max_ms) {
  return min_ms <= max_ms && part.max_ms >= min_ms && part.min_ms <= max_ms;
}

}  // namespace

Store::Impl::View Store::Impl::TakeView(const std::vector<model::Matcher>& matchers, int64_t min_ms,
                                        int64_t max_ms, uint64_t max_head_bytes) {
  View view;
  ++readers_waiting_;
  base::MutexLock lock(mutex_);
  --readers_waiting_;
  view.head = head_->View(matchers, min_ms, max_ms, max_head_bytes);
  view.frozen = frozen_;
  view.parts = parts_->Snapshot();
  return view;
}

Store::Impl::LabelsView Store::Impl::TakeLabelsView(std::string_view label,
                                                    const SeriesQuery& query) {
  LabelsView view;
  LabelTexts texts;
  HeadIndex::Walk walk;
  for (bool more = true; more;) {
    std::vector<SeriesPtr> series;
    {
      ++readers_waiting_;
      base::MutexLock lock(mutex_);
      --readers_waiting_;
      more =
          head_->HidesDeleted() && head_->NextInRange(query.min_ms, query.max_ms, &walk, &series);
      if (!head_->HidesDeleted()) {
        view.head = label.empty() ? head_->LabelNames(query.min_ms, query.max_ms)
                                  : head_->LabelValues(label, query.min_ms, query.max_ms);
      }
      // As of the end of a walk: what was flushed meanwhile is there, if it was met or not.
      view.frozen = frozen_;
      view.parts = parts_->Snapshot();
    }
    for (const SeriesPtr& one : series) AddTexts(label, one->labels, &texts);
  }
  if (!view.head.empty() || texts.empty()) return view;
  view.head.assign(texts.begin(), texts.end());
  std::sort(view.head.begin(), view.head.end());
  return view;
}

base::StatusOr<std::unique_ptr<SeriesCursor>> Store::Impl::MakePartCursor(
    const StoredPart& stored, const std::vector<model::Matcher>& matchers, int64_t min_ms,
    int64_t max_ms, size_t readers) {
  std::vector<model::Matcher> filter;
  auto series = stored.part->Match(matchers);
  if (absl::IsDataLoss(series.status())) {
    // The postings are damaged, the series may not be: look at each.
    VEDETTE_RETURN_IF_ERROR(ReportDamage(series.status()));
    std::vector<uint32_t> all(stored.part->series());
    std::iota(all.begin(), all.end(), 0u);
    series = std::make_shared<const std::vector<uint32_t>>(std::move(all));
    filter = matchers;
  }
  if (!series.ok()) return series.status();
  auto cursor = std::make_unique<PartCursor>(
      stored.part, std::move(series).value(), std::move(filter), min_ms, max_ms,
      [this](const base::Status& damage) { return ReportDamage(damage); },
      ReadSharing{&series_pages_, readers});
  return WithoutDeleted(std::move(cursor), stored.deleted, min_ms, max_ms);
}

base::StatusOr<std::vector<std::unique_ptr<SeriesCursor>>> Store::Impl::MakeCursors(
    View view, const std::vector<model::Matcher>& matchers, int64_t min_ms, int64_t max_ms) {
  std::vector<std::unique_ptr<SeriesCursor>> cursors;  // in the order of writing: the first stands
  PartList wanted;
  std::copy_if(view.parts->begin(), view.parts->end(), std::back_inserter(wanted),
               [=](const StoredPart& part) { return Overlaps(part.meta, min_ms, max_ms); });
  for (const StoredPart& stored : wanted) {
    VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<SeriesCursor> cursor,
                             MakePartCursor(stored, matchers, min_ms, max_ms, wanted.size()));
    cursors.push_back(std::move(cursor));
  }
  if (view.frozen != nullptr) {
    cursors.push_back(NewFrozenCursor(std::move(view.frozen), matchers, min_ms, max_ms));
  }
  if (!view.head.series.empty()) {
    cursors.push_back(NewHeadCursor(std::move(view.head), min_ms, max_ms));
  }
  return cursors;
}

base::Status Store::Impl::CheckQueryBytes(uint64_t bytes,
                                          const std::vector<model::Matcher>& matchers) const {
  if (bytes <= QueryBytes()) return {};
  return base::ResourceExhausted(
      base::Concat({"metrics store: ", SelectorText(matchers), " needs ", std::to_string(bytes),
                    " bytes or more at once, a query may hold ", std::to_string(QueryBytes()),
                    ": ask for fewer series or less time"}));
}

base::Status Store::Impl::Lend(const LendRequest& request, const ViewVisitor& visit) {
  const auto& [matchers, min_ms, max_ms, newest_only] = request;
  View view = TakeView(matchers, min_ms, max_ms, QueryBytes());
  const uint64_t held = view.head.bytes();  // all the time; samples are read series by series
  VEDETTE_RETURN_IF_ERROR(CheckQueryBytes(held, matchers));
  VEDETTE_ASSIGN_OR_RETURN(auto cursors, MakeCursors(std::move(view), matchers, min_ms, max_ms));
  return LendSeries(std::move(cursors), newest_only,
                    [&, &wanted = matchers](const model::SeriesView& series) -> base::Status {
                      VEDETTE_RETURN_IF_ERROR(CheckQueryBytes(held + BytesOf(series), wanted));
                      return visit(series);
                    });
}

base::Status Store::Impl::ForEachLabels(
    const SeriesQuery& query, const std::function<base::Status(const model::Labels&)>& visit) {
  VEDETTE_RETURN_IF_ERROR(Note(query, 0));
  VEDETTE_ASSIGN_OR_RETURN(auto cursors,
                           MakeCursors(TakeView(query.matchers, query.min_ms, query.max_ms),
                                       query.matchers, query.min_ms, query.max_ms));
  return MergeLabels(std::move(cursors), visit);
}

base::Status Store::Impl::ForEachLabelsLeft(
    const StoredPart& stored, const SeriesQuery& query,
    const std::function<base::Status(const model::Labels&)>& visit) {
  VEDETTE_ASSIGN_OR_RETURN(const std::unique_ptr<SeriesCursor> cursor,
                           MakePartCursor(stored, {}, query.min_ms, query.max_ms, 1));
  while (true) {
    VEDETTE_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return {};
    VEDETTE_RETURN_IF_ERROR(visit(cursor->labels()));
  }
}

base::StatusOr<std::vector<model::Labels>> Store::Impl::Series(const SeriesQuery& query) {
  std::vector<model::Labels> out;
  const auto full = [&] { return query.limit > 0 && out.size() >= query.limit; };
  const base::Status status = ForEachLabels(query, [&](const model::Labels& labels) {
    VEDETTE_RETURN_IF_ERROR(Note(query, sizeof labels + labels.bytes().size()));
    out.push_back(labels);
    return full() ? base::Cancelled("enough") : base::Status();
  });
  if (!status.ok() && !full()) return status;
  return out;
}

base::StatusOr<std::vector<std::string>> Store::Impl::LabelNames(const SeriesQuery& query) {
  TextUnion names(query);
  const auto add = [&names](const model::Labels& labels) {
    for (const model::LabelView& label : labels) VEDETTE_RETURN_IF_ERROR(names.AddOne(label.name));
    return base::Status();
  };
  if (!query.matchers.empty()) {
    VEDETTE_RETURN_IF_ERROR(ForEachLabels(query, add));
    return names.Take();
  }
  LabelsView view = TakeLabelsView("", query);
  VEDETTE_RETURN_IF_ERROR(names.Add(std::move(view.head)));
  if (view.frozen != nullptr) VEDETTE_RETURN_IF_ERROR(view.frozen->VisitLabels(add));
  for (const StoredPart& stored : *view.parts) {
    if (!Overlaps(stored.meta, query.min_ms, query.max_ms)) continue;
    if (!stored.deleted.empty()) {
      VEDETTE_RETURN_IF_ERROR(ForEachLabelsLeft(stored, query, add));
      continue;
    }
    VEDETTE_RETURN_IF_ERROR(names.Add(stored.part->LabelNames()));
  }
  return names.Take();
}

base::StatusOr<std::vector<std::string>> Store::Impl::LabelValues(std::string_view name,
                                                                  const SeriesQuery& query) {
  TextUnion values(query);
  const auto add = [&](const model::Labels& labels) { return values.AddOne(labels.Get(name)); };
  if (!query.matchers.empty()) {
    VEDETTE_RETURN_IF_ERROR(ForEachLabels(query, add));
    return values.Take();
  }
  LabelsView view = TakeLabelsView(name, query);
  VEDETTE_RETURN_IF_ERROR(values.Add(std::move(view.head)));
  if (view.frozen != nullptr) VEDETTE_RETURN_IF_ERROR(view.frozen->VisitLabels(add));
  for (const StoredPart& stored : *view.parts) {
    if (!Overlaps(stored.meta, query.min_ms, query.max_ms)) continue;
    if (!stored.deleted.empty()) {
      VEDETTE_RETURN_IF_ERROR(ForEachLabelsLeft(stored, query, add));
      continue;
    }
    const auto of_part = stored.part->LabelValues(name);
    if (absl::IsDataLoss(of_part.status())) {
      VEDETTE_RETURN_IF_ERROR(ReportDamage(of_part.status()));
      continue;
    }
    if (!of_part.ok()) return of_part.status();
    VEDETTE_RETURN_IF_ERROR(values.Add(**of_part));
  }
  return values.Take();
}

base::Status Store::Impl::ReportDamage(const base::Status& damage) {
  damaged_reads_->Add();
  ++history_version_;  // what was read now is not kept
  const std::string text(base::Message(damage));
  base::MutexLock lock(damage_mutex_);
  if (damage_seen_.size() >= kMaxDamageLines || !damage_seen_.insert(text).second) return {};
  options_.log->Error("metrics store: damaged bytes are left out", {{"where", text}});
  return {};
}

}  // namespace vedette::tsdb
