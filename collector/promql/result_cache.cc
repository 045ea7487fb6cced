#include "collector/promql/result_cache.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "base/strings.h"
#include "collector/promql/analysis.h"
#include "collector/promql/parser.h"
#include "model/histogram.h"

namespace vedette::promql {
namespace {

// A single result may have this share of the cache: 1 / this.
constexpr uint64_t kLargestShare = 4;
constexpr size_t kCachedEntryBytes = 256;  // of list, map and pointers, roughly

// Times within which ranges and offsets can be reckoned with.
constexpr int64_t kFarthestTimeMs = int64_t{1} << 60;

std::optional<Reach> ReachOf(const Engine::Options& options, std::string_view query,
                             int64_t start_ms, int64_t end_ms, int64_t step_ms) {
  // Names that are dropped at the end, and labels that go with them, may make any series equal.
  if (options.delayed_name_removal || options.type_and_unit_labels) return std::nullopt;
  base::StatusOr<ExprPtr> expr = ParseExpr(query, options.parser);
  if (!expr.ok()) return std::nullopt;
  const QuerySpan span{static_cast<double>(step_ms) / 1000,
                       static_cast<double>(end_ms - start_ms) / 1000};
  if (!ResolveDurations(span, expr->get()).ok()) return std::nullopt;
  return ReachOf(**expr);
}

// The last step whose value stands; before `start_ms` when there is none.
int64_t LastStanding(const Reach& reach, const History& history, int64_t start_ms, int64_t end_ms,
                     int64_t step_ms) {
  if (history.boundary_ms <= -kFarthestTimeMs || reach.fixed_ms > history.boundary_ms)
    return start_ms - 1;
  // Of `@` alone: any step.
  const int64_t stands =
      reach.ahead_ms == INT64_MIN ? end_ms : std::min(end_ms, history.boundary_ms - reach.ahead_ms);
  return stands < start_ms ? start_ms - 1 : start_ms + (stands - start_ms) / step_ms * step_ms;
}

std::string CacheKey(std::string_view query, int64_t start_ms, int64_t step_ms,
                     int64_t lookback_ms) {
  const int64_t phase_ms = ((start_ms % step_ms) + step_ms) % step_ms;
  return base::Concat({std::to_string(step_ms), ",", std::to_string(phase_ms), ",",
                       std::to_string(lookback_ms), ",", query});
}

int64_t TimeOf(const model::Sample& point) { return point.timestamp_ms; }
int64_t TimeOf(const model::HistogramSample& point) { return point.time_ms; }

// Those of `points`, which ascend, within [first_ms, last_ms].
template <typename Point>
std::span<const Point> Within(const std::vector<Point>& points, int64_t first_ms, int64_t last_ms) {
  const auto is_before = [](const Point& point, int64_t ms) { return TimeOf(point) < ms; };
  const auto first = std::lower_bound(points.begin(), points.end(), first_ms, is_before);
  return {first, std::lower_bound(first, points.end(), last_ms + 1, is_before)};
}

template <typename Point>
void Append(std::span<const Point> points, std::vector<Point>* to) {
  to->reserve(to->size() + points.size());  // no more than it takes: it may be kept for long
  to->insert(to->end(), points.begin(), points.end());
}

// The points of `from` within [first_ms, last_ms], put after those of `to`.
void AppendPoints(const Series& from, int64_t first_ms, int64_t last_ms, Series* to) {
  Append(Within(from.points, first_ms, last_ms), &to->points);
  Append(Within(from.histograms, first_ms, last_ms), &to->histograms);
}

void AddSeries(Series series, std::vector<Series>* matrix) {
  if (!series.points.empty() || !series.histograms.empty()) matrix->push_back(std::move(series));
}

// The steps [first_ms, last_ms] of one matrix.
std::vector<Series> CutSteps(const std::vector<Series>& matrix, int64_t first_ms, int64_t last_ms) {
  std::vector<Series> out;
  out.reserve(matrix.size());
  for (const Series& from : matrix) {
    Series series{from.labels, {}};
    AppendPoints(from, first_ms, last_ms, &series);
    AddSeries(std::move(series), &out);
  }
  return out;
}

// Those of `earlier` and after them `later`. Both are sorted by labels.
std::vector<Series> JoinSteps(std::vector<Series> earlier, std::vector<Series> later) {
  if (later.empty()) return earlier;
  if (earlier.empty()) return later;
  std::vector<Series> out;
  out.reserve(std::max(earlier.size(), later.size()));
  auto a = earlier.begin();
  auto b = later.begin();
  while (a != earlier.end() && b != later.end()) {
    const auto order = a->labels <=> b->labels;
    if (order < 0) {
      out.push_back(std::move(*a++));
    } else if (order > 0) {
      out.push_back(std::move(*b++));
    } else {
      AppendPoints(*b++, INT64_MIN, INT64_MAX - 1, &*a);
      out.push_back(std::move(*a++));
    }
  }
  std::move(a, earlier.end(), std::back_inserter(out));
  std::move(b, later.end(), std::back_inserter(out));
  return out;
}

// Of the steps [first_ms, last_ms] alone.
uint64_t BytesOfSteps(const std::vector<Series>& matrix, int64_t first_ms, int64_t last_ms) {
  uint64_t bytes = matrix.size() * sizeof(Series);
  for (const Series& series : matrix) {
    bytes += series.labels.bytes().size() +
             Within(series.points, first_ms, last_ms).size() * sizeof(model::Sample);
    for (const model::HistogramSample& point : Within(series.histograms, first_ms, last_ms)) {
      bytes += sizeof point + point.histogram->MemoryBytes();
    }
  }
  return bytes;
}

}  // namespace

Result ResultCache::Range(const Engine& engine, std::string_view query, int64_t start_ms,
                          int64_t end_ms, int64_t step_ms, const QueryContext& context) {
  const auto evaluate = [&](int64_t from_ms) {
    return engine.Range(query, from_ms, end_ms, step_ms, context);
  };
  const bool reckonable =
      step_ms > 0 && start_ms > -kFarthestTimeMs && end_ms < kFarthestTimeMs && start_ms <= end_ms;
  if (context.stats || !reckonable) return evaluate(start_ms);
  const std::optional<Reach> reach = ReachOf(engine.options(), query, start_ms, end_ms, step_ms);
  if (!reach) return evaluate(start_ms);
  const History history = context.queryable->History();
  const int64_t last_ms = LastStanding(*reach, history, start_ms, end_ms, step_ms);
  if (last_ms < start_ms) return evaluate(start_ms);

  const std::string key = CacheKey(query, start_ms, step_ms,
                                   context.lookback_ms.value_or(engine.options().lookback_ms));
  KeptPtr kept = Find(key, history.version);
  if (kept && (start_ms < kept->first_ms || start_ms > kept->last_ms)) kept = nullptr;
  ++(kept ? hits_ : misses_);
  const int64_t from_ms = kept ? kept->last_ms + step_ms : start_ms;
  Result result;
  result.value.type = ValueType::kMatrix;
  if (from_ms <= end_ms) result = evaluate(from_ms);
  // What changed meanwhile may be in what is new and not in what was kept.
  const bool stood = context.queryable->History().version == history.version;
  if (kept && !stood) return evaluate(start_ms);
  if (!result.ok()) return result;
  const bool plain = result.warnings.empty() && result.infos.empty();
  if (stood && plain && last_ms >= from_ms) {
    KeepAnswer(key, kept, result.value, start_ms, last_ms, history.version);
  }
  if (kept) {
    result.value.matrix =
        JoinSteps(CutSteps(kept->matrix, start_ms, end_ms), std::move(result.value.matrix));
  }
  return result;
}

void ResultCache::KeepAnswer(const std::string& key, const KeptPtr& before, const Value& answer,
                             int64_t start_ms, int64_t last_ms, uint64_t version) {
  const uint64_t most = max_bytes_ / kLargestShare;
  if (BytesOfSteps(answer.matrix, start_ms, last_ms) > most) return;  // is not copied first
  Kept kept;
  kept.version = version;
  kept.first_ms = start_ms;
  kept.last_ms = last_ms;
  kept.matrix = CutSteps(answer.matrix, start_ms, last_ms);
  if (before) {
    // As much before the window as the window is long: another panel may look back further.
    kept.first_ms = std::max(before->first_ms, start_ms - (last_ms - start_ms));
    kept.matrix =
        JoinSteps(CutSteps(before->matrix, kept.first_ms, before->last_ms), std::move(kept.matrix));
  }
  kept.matrix.shrink_to_fit();
  kept.bytes =
      BytesOfSteps(kept.matrix, kept.first_ms, last_ms) + 2 * key.size() + kCachedEntryBytes;
  if (kept.bytes <= most) Keep(key, std::move(kept));
}

ResultCache::KeptPtr ResultCache::Find(const std::string& key, uint64_t version) {
  base::MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const auto entry = found->second;
  if (entry->kept->version != version) {
    Drop(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->kept;
}

void ResultCache::Keep(const std::string& key, Kept kept) {
  auto shared = std::make_shared<const Kept>(std::move(kept));
  base::MutexLock lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) Drop(found->second);
  bytes_ += shared->bytes;
  entries_.push_front({key, std::move(shared)});
  by_key_.emplace(entries_.front().key, entries_.begin());
  while (bytes_ > max_bytes_) Drop(std::prev(entries_.end()));
}

void ResultCache::Drop(std::list<Entry>::iterator entry) {
  bytes_ -= entry->kept->bytes;
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

ResultCache::Stats ResultCache::stats() const {
  base::MutexLock lock(mutex_);
  return {hits_, misses_, bytes_, entries_.size()};
}

}  // namespace vedette::promql
