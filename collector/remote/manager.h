#ifndef VEDETTE_COLLECTOR_REMOTE_MANAGER_H_
#define VEDETTE_COLLECTOR_REMOTE_MANAGER_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "collector/remote/config.h"
#include "collector/remote/place_log.h"
#include "collector/remote/queue.h"
#include "model/labels.h"

namespace vedette::remote {

// All queues of remote_write: makes, keeps and ends them as the configuration says, and tells the
// store which log is still needed. Thread-safe; owned by app.
class Manager {
 public:
  struct Options {
    std::string dir;            // where the queues' places are
    QueueDeps queue;            // all but `places`
    int64_t retry_ms = 10'000;  // between tries to open them
  };
  explicit Manager(const Options& options)
      : options_(options), newest_s_(NewestSampleGauge(options.queue.telemetry)) {}
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // Once the log can be read. Queues that are as they were go on undisturbed; changed ones go on
  // where they were; those that are gone are forgotten, and what they had not sent is not kept.
  // Unavailable when the places cannot be read or written: then nothing is sent until they can,
  // which is tried again on the manager's own thread, and nothing lost.
  base::Status ApplyConfig(const Config& config, const model::Labels& external_labels)
      VEDETTE_EXCLUDES(mutex_);
  // Ends all queues; what was not acknowledged is sent after the next start.
  void Stop() VEDETTE_EXCLUDES(mutex_);

 private:
  struct Wanted {
    Config config;
    model::Labels external_labels;
  };

  base::Status Apply(const Wanted& wanted) VEDETTE_REQUIRES(mutex_);
  void TryAgain() VEDETTE_REQUIRES(mutex_);
  void EndThese(const Wanted& wanted, std::vector<const WriteConfig*>* fresh)
      VEDETTE_REQUIRES(mutex_);
  base::Status OpenPlaces() VEDETTE_REQUIRES(mutex_);
  void EndQueues(const std::set<std::string>& names) VEDETTE_REQUIRES(mutex_);
  void NoteNeeded() VEDETTE_REQUIRES(mutex_);
  void NoteNewest() VEDETTE_REQUIRES(mutex_);
  // Tells the store now and then how far the queues are; what could not be applied is tried again.
  void Run() VEDETTE_EXCLUDES(mutex_);

  const Options options_;
  base::Gauge* const newest_s_;
  base::Mutex mutex_;
  base::CondVar wake_;
  std::unique_ptr<PlaceLog> places_ VEDETTE_GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<Queue>> queues_ VEDETTE_GUARDED_BY(mutex_);
  std::optional<Wanted> waiting_ VEDETTE_GUARDED_BY(mutex_);  // could not be applied yet
  int64_t tried_ns_ VEDETTE_GUARDED_BY(mutex_) = 0;
  bool stopping_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::thread thread_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::remote

#endif  // VEDETTE_COLLECTOR_REMOTE_MANAGER_H_
