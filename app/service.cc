#include "app/service.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>

namespace vedette::app {
namespace {

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Twice as often as systemd asks, as sd_watchdog_enabled(3) recommends.
std::chrono::microseconds WithWatchdog(std::chrono::microseconds ask_every) {
  uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return ask_every;
  return std::min(ask_every, std::chrono::microseconds(microseconds / 2));
}

// The signal, or 0 when `timeout` passed.
int WaitForSignal(std::chrono::microseconds timeout) {
  const sigset_t signals = HandledSignals();
  timespec wait{};
  wait.tv_sec = timeout.count() / 1'000'000;
  wait.tv_nsec = timeout.count() % 1'000'000 * 1'000;
  const int signal = sigtimedwait(&signals, nullptr, &wait);
  return signal > 0 ? signal : 0;
}

// RELOADING wants the monotonic time, so that systemd can tell this READY from the last.
std::string ReloadingMessage() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t microseconds = int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
  return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds);
}

}  // namespace

Service::Service(base::Logger* logger) : logger_(logger) {
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void Service::RunUntilSignalled(const std::function<void()>& reload,
                                const std::function<bool()>& healthy,
                                std::chrono::microseconds ask_every) {
  const std::chrono::microseconds interval = WithWatchdog(ask_every);
  sd_notify(0, "READY=1");
  for (;;) {
    const int signal = WaitForSignal(interval);
    if (signal == SIGHUP) {
      Reload(reload);
    } else if (signal != 0) {
      logger_->Info("stopping", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
      sd_notify(0, "STOPPING=1");
      return;
    } else if (healthy()) {
      sd_notify(0, "WATCHDOG=1");
    } else {
      logger_->Error("not healthy: leaving the watchdog to systemd");
    }
  }
}

void Service::Reload(const std::function<void()>& reload) {
  sd_notify(0, ReloadingMessage().c_str());
  reload();
  sd_notify(0, "READY=1");
}

}  // namespace vedette::app
