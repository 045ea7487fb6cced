#ifndef VEDETTE_COLLECTOR_API_VIEWS_H_
#define VEDETTE_COLLECTOR_API_VIEWS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/alert.h"
#include "model/exemplar.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/relabel.h"
#include "model/sample.h"

// What the handlers need to see of the collector's parts. app implements these over the stores, the
// scraper, the rules and the router; tests over lists in memory. Every view is thread-safe.

namespace vedette::api {

using StringPairs = std::vector<std::pair<std::string, std::string>>;

// Which series: those that satisfy all matchers (none: every series) and have samples in
// [min_ms, max_ms].
struct SeriesFilter {
  std::vector<model::Matcher> matchers;
  int64_t min_ms = INT64_MIN;
  int64_t max_ms = INT64_MAX;
  size_t limit = 0;  // 0: none
  // Called for every series and name that is looked at, with the bytes that the answer grows by; an
  // error ends the query and is its answer. May be null.
  std::function<base::Status(size_t bytes)> note = {};
};

// Names and label sets of the metrics store; all answers sorted and unique.
class MetricsView {
 public:
  virtual ~MetricsView() = default;
  virtual base::StatusOr<std::vector<std::string>> LabelNames(const SeriesFilter& filter) const = 0;
  virtual base::StatusOr<std::vector<std::string>> LabelValues(
      std::string_view name, const SeriesFilter& filter) const = 0;
  virtual base::StatusOr<std::vector<model::Labels>> Series(const SeriesFilter& filter) const = 0;
};

struct ExemplarsInfo {
  model::Labels series;
  std::vector<model::Exemplar> exemplars;  // oldest first
};

// The exemplars that the metrics store keeps.
class ExemplarsView {
 public:
  virtual ~ExemplarsView() = default;
  // Of the series that match all matchers of at least one selector, those with
  // min_ms <= time <= max_ms; sorted by series.
  virtual base::StatusOr<std::vector<ExemplarsInfo>> Exemplars(
      const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms,
      int64_t max_ms) const = 0;
};

struct TargetInfo {
  std::string pool;  // the job's name
  model::Labels labels;
  model::Labels discovered;
  std::string url;
  std::string health = "unknown";  // "up", "down"
  std::string last_error;
  int64_t last_scrape_ms = 0;  // 0: never
  double last_duration_seconds = 0;
  int64_t interval_ms = 0;
  int64_t timeout_ms = 0;
};

struct DroppedTargetInfo {
  std::string pool;
  model::Labels discovered;
};

struct MetadataInfo {
  std::string family;
  model::Metadata metadata;
  model::Labels target = {};  // empty: none that is scraped
};

// A job.
struct PoolInfo {
  std::string name;
  // Targets that its relabelling drops: more than are listed where keep_dropped_targets bounds
  // that.
  uint64_t dropped = 0;
};

class TargetsView {
 public:
  virtual ~TargetsView() = default;
  // Also those without a target.
  virtual std::vector<PoolInfo> Pools() const = 0;
  // relabel_configs of a job, or nothing where there is no such job.
  virtual std::optional<std::vector<model::Relabeler>> RelabelRules(
      std::string_view pool) const = 0;
  virtual std::vector<TargetInfo> Active() const = 0;
  virtual std::vector<DroppedTargetInfo> Dropped() const = 0;
  // Of all targets, those of one target together; the same family may come several times.
  virtual std::vector<MetadataInfo> Metadata() const = 0;
};

struct RuleAlertInfo {
  model::Labels labels;
  model::Labels annotations;
  std::string state;  // "pending", "firing"
  int64_t active_at_ms = 0;
  int64_t keep_firing_since_ms = 0;  // 0: not held
  double value = 0;
};

struct RuleInfo {
  bool alerting = false;
  std::string name;
  std::string query;
  bool of_logs = false;  // LogQL
  double for_seconds = 0;
  double keep_firing_for_seconds = 0;
  StringPairs labels;
  StringPairs annotations;
  std::string state;  // alerting: "inactive", "pending", "firing"
  std::vector<RuleAlertInfo> alerts;
  std::string health = "unknown";  // "ok", "err"
  std::string last_error;
  int64_t last_evaluation_ms = 0;  // 0: never
  double evaluation_seconds = 0;
};

struct RuleGroupInfo {
  std::string name;
  std::string file;
  double interval_seconds = 0;
  int64_t limit = 0;
  std::vector<RuleInfo> rules;
  int64_t last_evaluation_ms = 0;
  double evaluation_seconds = 0;
};

class RulesView {
 public:
  virtual ~RulesView() = default;
  virtual std::vector<RuleGroupInfo> Groups() const = 0;
};

// An alert as the router holds it.
struct AlertInfo {
  model::Alert alert;
  int64_t updated_at_ms = 0;
  std::vector<std::string> receivers;     // in match order
  std::vector<std::string> inhibited_by;  // fingerprints
};

class AlertsView {
 public:
  virtual ~AlertsView() = default;
  // Unresolved alerts, sorted by fingerprint.
  virtual std::vector<AlertInfo> Alerts() const = 0;
  // Answers after the alerts are on disk. Valid ones are stored even when others are not:
  // InvalidArgument then lists those. Unavailable: nothing was stored.
  virtual base::Status Post(std::vector<model::Alert> alerts) = 0;
  virtual std::vector<std::string> Receivers() const = 0;
  // The configuration in force, secrets redacted.
  virtual std::string ConfigText() const = 0;
};

struct LogVolume {
  uint64_t streams = 0;
  uint64_t chunks = 0;
  uint64_t entries = 0;
  uint64_t bytes = 0;
};

// Bytes of lines, of [start_ns, end_ns) by stream and by time.
struct LogVolumeQuery {
  std::vector<model::Matcher> matchers;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  int64_t step_ns = 0;  // times are counted together between its multiples; 0: all of them
  std::stop_token stop = {};
};
struct StreamVolume {
  model::Labels labels;
  std::vector<uint64_t> bytes;  // one a step, from the one that holds start_ns
};

// Streams of the log store that satisfy all matchers and may have lines in [start_ns, end_ns);
// all answers sorted and unique.
class LogView {
 public:
  virtual ~LogView() = default;
  virtual std::vector<std::string> LabelNames(const std::vector<model::Matcher>& matchers,
                                              int64_t start_ns, int64_t end_ns) const = 0;
  virtual std::vector<std::string> LabelValues(const std::string& name,
                                               const std::vector<model::Matcher>& matchers,
                                               int64_t start_ns, int64_t end_ns) const = 0;
  virtual std::vector<model::Labels> Series(
      const std::vector<std::vector<model::Matcher>>& selectors, int64_t start_ns,
      int64_t end_ns) const = 0;
  virtual LogVolume Volume(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                           int64_t end_ns) const = 0;
  // Streams that have lines there, in no order. Cancelled when `query.stop` was requested.
  virtual base::StatusOr<std::vector<StreamVolume>> Volumes(const LogVolumeQuery& query) const = 0;
};

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_VIEWS_H_
