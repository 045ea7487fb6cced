#include "exporters/redis/key_inspector.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "exporters/redis/key_metrics.h"
#include "exporters/redis/stream_metrics.h"

namespace vedette::exporters::redis {
namespace {

base::Status TakeList(std::string_view flag, std::string_view text, std::vector<KeyPattern>* out) {
  auto list = ParseKeyPatterns(text);
  if (!list.ok()) return base::Annotate(list.status(), flag);
  *out = *std::move(list);
  return base::Status();
}

// What the passes of all nodes together say.
struct ScanState {
  uint64_t count = 0;
  bool whole = true;
  bool truncated = false;
  int64_t oldest_mono_ns = INT64_MAX;

  void Add(const KeyScan::Result& result) {
    count += result.count;
    whole &= result.whole;
    truncated |= result.truncated;
    if (result.whole) oldest_mono_ns = std::min(oldest_mono_ns, result.finished_mono_ns);
  }
};

// Ours, not upstream's: how far what is shown of a pattern can be trusted.
void AddScanState(const KeyPattern& pattern, const ScanState& state, int64_t now_mono_ns,
                  MetricSet* metrics) {
  const std::string db = pattern.db_label();
  const MetricSet::Labels labels = {{"db", db}, {"pattern", pattern.key}};
  metrics->Gauge("vedette_exporter_redis_scan_complete", state.whole && !state.truncated ? 1 : 0,
                 labels);
  if (!state.whole) return;
  metrics->Gauge("vedette_exporter_redis_scan_age_seconds",
                 static_cast<double>(now_mono_ns - state.oldest_mono_ns) / 1e9, labels);
}

}  // namespace

base::StatusOr<KeyLists> KeyLists::Parse(const RedisOptions::Keys& options) {
  KeyLists lists;
  VEDETTE_RETURN_IF_ERROR(TakeList("check-keys", options.check, &lists.check));
  VEDETTE_RETURN_IF_ERROR(TakeList("check-single-keys", options.check_single, &lists.check_single));
  VEDETTE_RETURN_IF_ERROR(TakeList("check-streams", options.streams, &lists.streams));
  VEDETTE_RETURN_IF_ERROR(
      TakeList("check-single-streams", options.single_streams, &lists.single_streams));
  VEDETTE_RETURN_IF_ERROR(TakeList("count-keys", options.count, &lists.count));
  auto groups = ParseCsvRow(options.groups);
  if (!groups.ok()) return base::Annotate(groups.status(), "check-key-groups");
  lists.groups = *std::move(groups);
  return lists;
}

KeyInspector::KeyInspector(KeyLists lists, const RedisOptions::Keys& options)
    : options_(options),
      single_keys_(std::move(lists.check_single)),
      single_streams_(std::move(lists.single_streams)),
      scan_({options.batch_size, options.max_keys}) {
  for (KeyPattern& pattern : lists.check) {
    if (!pattern.is_pattern()) {
      single_keys_.push_back(std::move(pattern));
    } else {
      scans_.push_back({Kind::kKeys, std::move(pattern)});
    }
  }
  for (KeyPattern& pattern : lists.streams) {
    if (!pattern.is_pattern()) {
      single_streams_.push_back(std::move(pattern));
    } else {
      scans_.push_back({Kind::kStreams, std::move(pattern)});
    }
  }
  for (KeyPattern& pattern : lists.count) scans_.push_back({Kind::kCount, std::move(pattern)});
}

base::Status KeyInspector::Run(std::span<const KeyNode> nodes, const Deadline& deadline,
                               MetricSet* metrics) {
  for (const KeyNode& node : nodes) {
    VEDETTE_RETURN_IF_ERROR(ShowNamed(node, single_keys_, Kind::kKeys, deadline, metrics));
    VEDETTE_RETURN_IF_ERROR(ShowNamed(node, single_streams_, Kind::kStreams, deadline, metrics));
  }
  return RunScans(nodes, deadline, metrics);
}

base::Status KeyInspector::ShowNamed(const KeyNode& node, const std::vector<KeyPattern>& keys,
                                     Kind kind, const Deadline& deadline,
                                     MetricSet* metrics) const {
  std::map<int, std::vector<std::string>> by_database;
  for (const KeyPattern& key : keys) {
    if (node.cluster != nullptr && !node.cluster->Owns(KeySlot(key.key))) continue;
    by_database[key.database].push_back(key.key);
  }
  for (const auto& [database, names] : by_database) {
    VEDETTE_ASSIGN_OR_RETURN(const bool selected, node.connection->Select(database, deadline));
    if (!selected) continue;
    VEDETTE_RETURN_IF_ERROR(Show(node, database, names, kind, true, deadline, metrics));
  }
  return base::Status();
}

base::Status KeyInspector::Show(const KeyNode& node, int database,
                                std::span<const std::string> keys, Kind kind, bool named,
                                const Deadline& deadline, MetricSet* metrics) const {
  if (kind == Kind::kStreams) {
    return AddStreams(node.connection, database, keys, options_.stream_consumers, deadline,
                      metrics);
  }
  return AddKeys(node.connection, database, keys, named, options_, deadline, metrics);
}

// Every pattern gets a fair share of what is left, so that a large one does not starve the others.
// Only the scanning counts: showing what was found has the rest of the scrape.
base::Status KeyInspector::RunScans(std::span<const KeyNode> nodes, const Deadline& deadline,
                                    MetricSet* metrics) {
  int64_t budget_ns =
      std::min(std::chrono::nanoseconds(options_.scan_time).count(), deadline.RemainingNanos() / 2);
  size_t left = scans_.size() * nodes.size();
  for (const Scan& scan : scans_) {
    VEDETTE_RETURN_IF_ERROR(RunScan(scan, nodes, deadline, &left, &budget_ns, metrics));
  }
  return base::Status();
}

base::Status KeyInspector::RunScan(const Scan& scan, std::span<const KeyNode> nodes,
                                   const Deadline& deadline, size_t* left, int64_t* budget_ns,
                                   MetricSet* metrics) {
  ScanState state;
  for (const KeyNode& node : nodes) {
    const int64_t begin_ns = deadline.clock->MonotonicNanos();
    const int64_t slice_ns = std::max<int64_t>(0, *budget_ns) / static_cast<int64_t>((*left)--);
    const auto result =
        scan_.Advance(node.connection, node.name, scan.pattern, scan.kind == Kind::kCount,
                      deadline.AtMost(slice_ns), deadline);
    *budget_ns -= deadline.clock->MonotonicNanos() - begin_ns;
    if (absl::IsNotFound(result.status())) return base::Status();  // this pattern alone
    if (!result.ok()) return result.status();
    state.Add(**result);
    if (scan.kind == Kind::kCount) continue;
    VEDETTE_RETURN_IF_ERROR(
        Show(node, scan.pattern.database, (*result)->keys, scan.kind, false, deadline, metrics));
  }
  AddScanState(scan.pattern, state, deadline.clock->MonotonicNanos(), metrics);
  if (scan.kind == Kind::kCount && state.whole) {
    metrics->Gauge("keys_count", static_cast<double>(state.count),
                   {{"db", scan.pattern.db_label()}, {"key", scan.pattern.key}});
  }
  return base::Status();
}

}  // namespace vedette::exporters::redis
