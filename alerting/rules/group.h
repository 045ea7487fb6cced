#ifndef VEDETTE_ALERTING_RULES_GROUP_H_
#define VEDETTE_ALERTING_RULES_GROUP_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "alerting/rules/alerting_rule.h"
#include "alerting/rules/manager.h"
#include "alerting/rules/rule_file.h"
#include "alerting/rules/snapshot.h"
#include "base/mutex.h"
#include "model/remote_write.h"

namespace vedette::rules {

// The rules of one group and when they are due. Owned by the manager. Evaluate runs on the
// manager's thread; Snapshot on any.
class Group {
 public:
  struct Counters {
    base::Counter* evaluations = nullptr;
    base::Counter* failures = nullptr;
    base::Counter* missed = nullptr;
  };

  // Keeps the pointer: `options` outlives the group.
  Group(GroupSpec spec, const Manager::Options* options, const Counters& counters);

  // Takes alerts and known series from the group this one replaces; what it does not have is
  // untouched.
  void TakeOver(Group* predecessor) VEDETTE_EXCLUDES(evaluation_mutex_);
  void RestoreFromState() VEDETTE_EXCLUDES(evaluation_mutex_);

  // The first due time at or after `now_ms`.
  void Schedule(int64_t now_ms) VEDETTE_EXCLUDES(evaluation_mutex_);
  int64_t due_ms() const VEDETTE_EXCLUDES(evaluation_mutex_);
  // Evaluates all rules at the newest due time not after `now_ms` and sets the next one.
  void Evaluate(int64_t now_ms, std::stop_token stop) VEDETTE_EXCLUDES(evaluation_mutex_);

  // Ends every series that the rules wrote last time.
  void EndSeries(int64_t now_ms) VEDETTE_EXCLUDES(evaluation_mutex_);

  GroupSnapshot Snapshot() const VEDETTE_EXCLUDES(snapshot_mutex_);
  std::set<std::string> StateKeys() const;  // of its alerting rules
  const GroupSpec& spec() const { return spec_; }
  std::string Identity() const { return spec_.file + ";" + spec_.name; }

 private:
  using SeriesRefs = absl::flat_hash_map<model::Labels, model::SeriesRef>;

  struct RuleState {
    RuleSpec spec;                           // labels merged with the group's
    std::string key;                         // in the durable map
    std::unique_ptr<AlertingRule> alerting;  // none: a recording rule
    SeriesRefs series;                       // written by the last evaluation
    std::string saved;                       // Signature of what is on disk
    std::string said_error;                  // what the log was last told
  };

  void EvaluateRule(size_t index, int64_t now_ms, std::stop_token stop)
      VEDETTE_REQUIRES(evaluation_mutex_);
  void SayResult(RuleState* rule, std::string error) VEDETTE_REQUIRES(evaluation_mutex_);
  base::StatusOr<std::vector<VectorSample>> Ask(const RuleSpec& spec, int64_t now_ms,
                                                std::stop_token stop) const;
  base::Status RunRule(RuleState* rule, int64_t now_ms, std::stop_token stop)
      VEDETTE_REQUIRES(evaluation_mutex_);
  base::Status Record(RuleState* rule, std::vector<VectorSample> result, int64_t now_ms)
      VEDETTE_REQUIRES(evaluation_mutex_);
  base::Status Alert(RuleState* rule, const std::vector<VectorSample>& result, int64_t now_ms,
                     std::stop_token stop) VEDETTE_REQUIRES(evaluation_mutex_);
  base::Status Save(RuleState* rule) VEDETTE_REQUIRES(evaluation_mutex_);
  base::Status SendAlerts(RuleState* rule, int64_t now_ms) VEDETTE_REQUIRES(evaluation_mutex_);
  base::Status Write(RuleState* rule, std::vector<VectorSample> samples, int64_t at_ms)
      VEDETTE_REQUIRES(evaluation_mutex_);
  // Fills the rows' refs. An error when not all is stored.
  base::Status Store(std::span<model::SampleRow> rows,
                     std::span<const model::WireSeries> histograms) const;
  void Publish(size_t index, const base::Status& status, int64_t now_ms, double seconds)
      VEDETTE_REQUIRES(evaluation_mutex_) VEDETTE_EXCLUDES(snapshot_mutex_);
  int64_t Offset() const;

  const GroupSpec spec_;
  const Manager::Options* const options_;
  const Counters counters_;
  const int64_t interval_ms_;
  mutable base::Mutex evaluation_mutex_;
  std::vector<RuleState> rules_ VEDETTE_GUARDED_BY(evaluation_mutex_);
  int64_t due_ms_ VEDETTE_GUARDED_BY(evaluation_mutex_) = 0;
  mutable base::Mutex snapshot_mutex_;
  GroupSnapshot snapshot_ VEDETTE_GUARDED_BY(snapshot_mutex_);
};

}  // namespace vedette::rules

#endif  // VEDETTE_ALERTING_RULES_GROUP_H_
