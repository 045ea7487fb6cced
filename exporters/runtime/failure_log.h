#ifndef VEDETTE_EXPORTERS_RUNTIME_FAILURE_LOG_H_
#define VEDETTE_EXPORTERS_RUNTIME_FAILURE_LOG_H_

#include <map>
#include <string>

#include "base/log.h"
#include "base/mutex.h"

namespace vedette::exporters {

// What failed at the last scrape of each target that a page names, so that a failure is logged when
// it begins, when it changes and when it ends, not at each scrape. Owned by an exporter.
// Thread-safe; remembers a bounded number of targets.
class FailureLog {
 public:
  explicit FailureLog(base::Logger* logger) : logger_(logger) {}

  // `failing` names the collectors that failed, "" says that none did; `error` is the first one's.
  // `module`: what the request names beside the target, "" where there are none.
  void Report(const std::string& module, const std::string& target, const std::string& failing,
              const std::string& error) VEDETTE_EXCLUDES(mutex_);

 private:
  base::Logger* const logger_;
  base::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> failing_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_FAILURE_LOG_H_
