#ifndef VEDETTE_APP_EXIT_GUARD_H_
#define VEDETTE_APP_EXIT_GUARD_H_

#include <chrono>
#include <thread>

#include "base/log.h"
#include "base/mutex.h"

namespace vedette::app {

// Ends the process when stopping takes too long. Threads are joined at the end, and one that the
// kernel holds, such as a collector that reads from a dead NFS server, cannot be; nor can it be
// woken. While an object of this class lives, the process has `patience` to come to its end; then
// it is logged and _exit ends it with kExitProblem. What must be saved is saved before.
//
// A thread that not even SIGKILL ends, because the kernel waits without listening for signals,
// holds the process as a zombie even so; its sockets are closed by then.
class ExitGuard {
 public:
  static constexpr std::chrono::seconds kPatience{5};

  // `logger` outlives this object.
  explicit ExitGuard(base::Logger* logger, std::chrono::milliseconds patience = kPatience);
  ~ExitGuard();
  ExitGuard(const ExitGuard&) = delete;
  ExitGuard& operator=(const ExitGuard&) = delete;

 private:
  void Watch() VEDETTE_EXCLUDES(mutex_);

  base::Logger* const logger_;
  const std::chrono::steady_clock::time_point until_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool ended_ VEDETTE_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: sees the rest made
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_EXIT_GUARD_H_
