#ifndef VEDETTE_EXPORTERS_PROCESS_PROCESS_COLLECTOR_H_
#define VEDETTE_EXPORTERS_PROCESS_PROCESS_COLLECTOR_H_

#include <memory>

#include "base/mutex.h"
#include "exporters/process/groups.h"
#include "exporters/process/name_rules.h"
#include "exporters/process/options.h"
#include "exporters/process/tracker.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::process {

// namedprocess_*: one pass over /proc a scrape.
class ProcessCollector final : public Collector {
 public:
  ProcessCollector(const ProcessOptions& options, std::shared_ptr<const NameRules> rules,
                   const base::Clock* clock);

  // A first pass, so that the first scrape has something to count from.
  void Prime();
  base::Status Collect(const Scrape& scrape, FamilySink* sink) override;

  // Names processes by other rules from the next scrape on. Any thread.
  void SetRules(std::shared_ptr<const NameRules> rules) VEDETTE_EXCLUDES(mutex_);

 private:
  base::Status Pass();
  void TakeNewRules() VEDETTE_EXCLUDES(mutex_);
  void AddGauges(FamilySink* sink) const;
  void AddMemory(FamilySink* sink) const;
  void AddStates(FamilySink* sink) const;
  void AddCounters(FamilySink* sink) const;
  void AddThreads(FamilySink* sink) const;
  void AddErrors(FamilySink* sink) const;

  const ProcessOptions options_;
  const base::Clock* const clock_;
  Tracker tracker_;
  Groups groups_;
  PassErrors errors_;  // of all passes
  double failed_passes_ = 0;
  base::Mutex mutex_;
  std::shared_ptr<const NameRules> new_rules_ VEDETTE_GUARDED_BY(mutex_);  // null: none
};

}  // namespace vedette::exporters::process

#endif  // VEDETTE_EXPORTERS_PROCESS_PROCESS_COLLECTOR_H_
