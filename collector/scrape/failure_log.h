#ifndef VEDETTE_COLLECTOR_SCRAPE_FAILURE_LOG_H_
#define VEDETTE_COLLECTOR_SCRAPE_FAILURE_LOG_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mutex.h"

namespace vedette::scrape {

// The file of scrape_failure_log_file: a JSON object a line for each scrape that failed, with time,
// level, msg, job_name and target as upstream has them. Shared by the jobs that name it;
// thread-safe. A file that was moved away is opened anew. What cannot be written is lost, which is
// logged once.
class FailureLog {
 public:
  FailureLog(std::string path, base::FileSystem* fs, base::Clock* clock, base::Logger* logger)
      : path_(std::move(path)), fs_(fs), clock_(clock), logger_(logger) {}

  void Write(std::string_view error, std::string_view job, std::string_view target)
      VEDETTE_EXCLUDES(mutex_);

 private:
  base::Status Append(std::string_view line) VEDETTE_REQUIRES(mutex_);

  const std::string path_;
  base::FileSystem* const fs_;
  base::Clock* const clock_;
  base::Logger* const logger_;
  base::Mutex mutex_;
  std::unique_ptr<base::WritableFile> file_ VEDETTE_GUARDED_BY(mutex_);
  bool told_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_FAILURE_LOG_H_
