#ifndef VEDETTE_APP_PROGRAM_H_
#define VEDETTE_APP_PROGRAM_H_

#include <memory>

#include "app/log_flags.h"
#include "app/service.h"
#include "app/world.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/status.h"
#include "base/telemetry.h"

namespace vedette::app {

// What a long-running verb stands on. Made by the verb before any thread starts; outlives all its
// parts.
class Program {
 public:
  explicit Program(const LogChoice& log)
      : logger_(NewLogger(log, &clock_)),
        fs_(base::NewPosixFileSystem()),
        world_{fs_.get(), &clock_, logger_.get(), &telemetry_},
        service_(logger_.get()) {}
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  const World& world() const { return world_; }
  base::Logger* logger() { return logger_.get(); }
  Service& service() { return service_; }

  // Logs why the verb does not start, and gives the code to exit with.
  int CannotStart(const base::Status& status);

 private:
  base::SystemClock clock_;
  const std::unique_ptr<base::Logger> logger_;
  base::Telemetry telemetry_;
  const std::unique_ptr<base::FileSystem> fs_;
  const World world_;
  Service service_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_PROGRAM_H_
