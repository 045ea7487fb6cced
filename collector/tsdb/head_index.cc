#include "collector/tsdb/head_index.h"

#include <algorithm>
#include <utility>

#include "collector/tsdb/selector_text.h"
#include "model/labels.h"

namespace vedette::tsdb {
namespace {

// More are sorted by who asks, without the lock.
constexpr size_t kMaxSorted = 64 << 10;
// A label with more values is looked at anew each time.
constexpr size_t kMaxTexts = 32 << 10;

bool ByLabels(const HeadSeries* a, const HeadSeries* b) { return a->labels < b->labels; }

// The matchers but for those of the metric name.
std::vector<const model::Matcher*> BesidesName(const std::vector<model::Matcher>& matchers) {
  std::vector<const model::Matcher*> rest;
  for (const model::Matcher& matcher : matchers) {
    if (matcher.name() != model::kMetricName) rest.push_back(&matcher);
  }
  return rest;
}

bool NameMatches(const std::vector<model::Matcher>& matchers, std::string_view name) {
  return std::all_of(matchers.begin(), matchers.end(), [name](const model::Matcher& matcher) {
    return matcher.name() != model::kMetricName || matcher.Matches(name);
  });
}

// Appends those of series [first, end) that match.
void CollectMatching(const std::vector<HeadSeries*>& series, size_t first,
                     const std::vector<const model::Matcher*>& matchers,
                     std::vector<HeadSeries*>* out) {
  for (size_t i = first; i < series.size(); ++i) {
    const model::Labels& labels = series[i]->labels;
    const bool matches =
        std::all_of(matchers.begin(), matchers.end(), [&labels](const model::Matcher* matcher) {
          return matcher->Matches(labels.Get(matcher->name()));
        });
    if (matches) out->push_back(series[i]);
  }
}

const std::string* NameOf(const std::vector<model::Matcher>& matchers) {
  for (const model::Matcher& matcher : matchers) {
    if (matcher.type() == model::MatchType::kEqual && matcher.name() == model::kMetricName) {
      return &matcher.value();
    }
  }
  return nullptr;
}

}  // namespace

void HeadIndex::Add(HeadSeries* series) {
  const auto [at, fresh] = metrics_.try_emplace(std::string(series->labels.MetricName()));
  if (fresh) at->second.number = static_cast<uint32_t>(metrics_.size() - 1);
  at->second.series.push_back(series);
  ++version_;
}

void HeadIndex::Remove(HeadSeries* series) {
  std::vector<HeadSeries*>& same_name = metrics_.find(series->labels.MetricName())->second.series;
  same_name.erase(std::find(same_name.rbegin(), same_name.rend(), series).base() - 1);
  ++version_;
  ++generation_;
  selections_.Clear();
  texts_.Clear();
}

void HeadIndex::Clear() {
  metrics_.clear();
  ++version_;
  ++generation_;
  selections_.Clear();
  texts_.Clear();
}

const std::vector<HeadSeries*>& HeadIndex::Match(const std::vector<model::Matcher>& matchers,
                                                 bool* sorted) {
  const std::string key = SelectorText(matchers);
  const std::string* const name = NameOf(matchers);
  if (name == nullptr || name->empty()) return MatchAll(key, matchers, sorted);
  const auto metric = metrics_.find(*name);
  if (metric != metrics_.end() && NameMatches(matchers, *name)) {
    return MatchMetric(&metric->second, key, matchers, sorted);
  }
  uncached_.clear();
  *sorted = true;
  return uncached_;
}

const std::vector<HeadSeries*>& HeadIndex::MatchMetric(Metric* metric, const std::string& key,
                                                       const std::vector<model::Matcher>& matchers,
                                                       bool* sorted) {
  *sorted = true;
  Selection* known = selections_.Find(key);
  if (known != nullptr && known->seen == metric->series.size()) return known->series;
  Selection selection;
  if (known != nullptr) selection = std::move(*known);
  const size_t old = selection.series.size();
  CollectMatching(metric->series, selection.seen, BesidesName(matchers), &selection.series);
  selection.seen = metric->series.size();
  return Keep(key, old, std::move(selection), sorted);
}

const std::vector<HeadSeries*>& HeadIndex::MatchAll(const std::string& key,
                                                    const std::vector<model::Matcher>& matchers,
                                                    bool* sorted) {
  *sorted = true;
  Selection* known = selections_.Find(key);
  if (known != nullptr && known->version == version_) return known->series;
  Selection selection;
  if (known != nullptr) selection = std::move(*known);
  const size_t old = selection.series.size();
  const std::vector<const model::Matcher*> rest = BesidesName(matchers);
  selection.seen_each.resize(metrics_.size());
  for (const auto& [name, metric] : metrics_) {
    size_t& seen = selection.seen_each[metric.number];
    if (seen == metric.series.size()) continue;
    if (NameMatches(matchers, name)) CollectMatching(metric.series, seen, rest, &selection.series);
    seen = metric.series.size();
  }
  selection.version = version_;
  return Keep(key, old, std::move(selection), sorted);
}

const std::vector<HeadSeries*>& HeadIndex::Keep(const std::string& key, size_t old,
                                                Selection selection, bool* sorted) {
  std::vector<HeadSeries*>& series = selection.series;
  *sorted = series.size() <= kMaxSorted;
  if (*sorted) {
    const auto first_new = series.begin() + static_cast<std::ptrdiff_t>(old);
    std::sort(first_new, series.end(), ByLabels);
    std::inplace_merge(series.begin(), first_new, series.end(), ByLabels);
  }
  const size_t bytes = selection.bytes();
  if (!*sorted || !selections_.Takes(key, bytes)) {
    uncached_ = std::move(series);
    selections_.Put(key, {}, 0);  // what was known of it has been taken out
    return uncached_;
  }
  selections_.Put(key, std::move(selection), bytes);
  return selections_.Find(key)->series;
}

template <typename Visit>
std::vector<std::string> HeadIndex::Collect(std::string_view key, const Visit& visit) {
  Texts texts;
  if (Texts* const known = texts_.Find(key)) texts = std::move(*known);
  texts.seen.resize(metrics_.size());
  for (const auto& [name, metric] : metrics_) {
    size_t& seen = texts.seen[metric.number];
    for (; seen < metric.series.size(); ++seen) visit(metric.series[seen]->labels, &texts.texts);
  }
  if (texts.sorted.size() != texts.texts.size()) {
    texts.sorted.assign(texts.texts.begin(), texts.texts.end());
    std::sort(texts.sorted.begin(), texts.sorted.end());
  }
  std::vector<std::string> out(texts.sorted.begin(), texts.sorted.end());
  // A set's slots are half empty after it has grown.
  const size_t bytes = out.size() <= kMaxTexts
                           ? (3 * out.size() + texts.seen.size()) * sizeof(std::string_view)
                           : SIZE_MAX;
  texts_.Put(key, std::move(texts), bytes);
  return out;
}

bool HeadIndex::Next(size_t most, Walk* walk, std::vector<HeadSeries*>* series) const {
  if (walk->generation != generation_) *walk = {{}, generation_, walk->starts + 1};
  if (walk->starts > kMaxWalkStarts) most = SIZE_MAX;
  walk->seen.resize(metrics_.size());
  for (const auto& [name, metric] : metrics_) {
    size_t& seen = walk->seen[metric.number];
    const size_t taken = std::min(most, metric.series.size() - seen);
    const auto first = metric.series.begin() + static_cast<std::ptrdiff_t>(seen);
    series->insert(series->end(), first, first + static_cast<std::ptrdiff_t>(taken));
    seen += taken;
    most -= taken;
    if (most == 0) return true;
  }
  return false;
}

std::vector<std::string> HeadIndex::LabelValues(std::string_view name) {
  return Collect(name, [name](const model::Labels& labels, auto* texts) {
    if (const std::string_view value = labels.Get(name); !value.empty()) texts->insert(value);
  });
}

std::vector<std::string> HeadIndex::LabelNames() {
  return Collect("", [](const model::Labels& labels, auto* texts) {
    for (const model::LabelView& label : labels) texts->insert(label.name);
  });
}

}  // namespace vedette::tsdb
