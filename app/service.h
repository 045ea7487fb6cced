#ifndef VEDETTE_APP_SERVICE_H_
#define VEDETTE_APP_SERVICE_H_

#include <chrono>
#include <functional>

#include "base/log.h"

namespace vedette::app {

// What a long-running verb does with signals and the service manager.
//
// SIGTERM and SIGINT end it, SIGHUP reloads. Under systemd it says READY, RELOADING, STOPPING and,
// where WatchdogSec is set, WATCHDOG as long as `healthy` answers true.
// Made by main before any thread starts, so that every thread inherits the blocked signals.
class Service {
 public:
  explicit Service(base::Logger* logger);

  // Says READY, then handles signals until told to end. `reload` returns whether it took the new
  // configuration; `healthy` is asked at least so often, and must not block for long.
  void RunUntilSignalled(const std::function<void()>& reload, const std::function<bool()>& healthy,
                         std::chrono::microseconds ask_every = std::chrono::hours(1));

 private:
  void Reload(const std::function<void()>& reload);

  base::Logger* const logger_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_SERVICE_H_
