#include "app/exit_guard.h"

#include <unistd.h>

#include "app/verbs.h"

namespace vedette::app {

ExitGuard::ExitGuard(base::Logger* logger, std::chrono::milliseconds patience)
    : logger_(logger),
      until_(std::chrono::steady_clock::now() + patience),
      thread_([this] { Watch(); }) {}

ExitGuard::~ExitGuard() {
  {
    base::MutexLock lock(mutex_);
    ended_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void ExitGuard::Watch() {
  base::MutexLock lock(mutex_);
  while (!ended_) {
    const auto left = until_ - std::chrono::steady_clock::now();
    if (left.count() <= 0) {
      logger_->Error("a thread does not end, the process ends without it");
      ::_exit(kExitProblem);
    }
    changed_.WaitFor(mutex_, left);
  }
}

}  // namespace vedette::app
