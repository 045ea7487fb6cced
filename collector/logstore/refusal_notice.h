#ifndef VEDETTE_COLLECTOR_LOGSTORE_REFUSAL_NOTICE_H_
#define VEDETTE_COLLECTOR_LOGSTORE_REFUSAL_NOTICE_H_

#include <cstdint>

#include "base/log.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/telemetry.h"

namespace vedette::logstore {

// Tells the log, once each, when the store begins to refuse pushes whole (disk full or failing,
// memory full) and when it takes them again, however many are refused between; a gauge is 1
// meanwhile. Thread-safe. Owned by the store; logger and telemetry outlive it.
class RefusalNotice {
 public:
  RefusalNotice(base::Logger* logger, base::Telemetry* telemetry);

  // To be asked before a push is tried, and given back when it is on disk: a push that was begun
  // before the last refusal says nothing about now.
  uint64_t Epoch() const VEDETTE_EXCLUDES(mutex_);
  void Taken(uint64_t epoch) VEDETTE_EXCLUDES(mutex_);
  // Other codes than Unavailable are about the push, not the store, and are not told.
  void Refused(const base::Status& why) VEDETTE_EXCLUDES(mutex_);

 private:
  base::Logger* const logger_;
  base::Gauge* const refusing_gauge_;
  mutable base::Mutex mutex_;
  bool refusing_ VEDETTE_GUARDED_BY(mutex_) = false;
  uint64_t refused_ VEDETTE_GUARDED_BY(mutex_) = 0;         // all, and so the epoch
  uint64_t refused_before_ VEDETTE_GUARDED_BY(mutex_) = 0;  // when this refusing began
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_REFUSAL_NOTICE_H_
