#ifndef VEDETTE_BASE_HTTP_EVENT_LOOP_H_
#define VEDETTE_BASE_HTTP_EVENT_LOOP_H_

#include <chrono>
#include <functional>
#include <memory>

// Internal to base/http: the event loop below server and client. Asio stands behind it, in .cc
// files.

namespace vedette::base::http {

// Calls back once, on the loop's thread. Used on that thread only.
class Timer {
 public:
  virtual ~Timer() = default;  // cancels
  // Replaces what was started before.
  virtual void Start(std::chrono::milliseconds after, std::function<void()> fire) = 0;
  virtual void Cancel() = 0;
};

// One thread at a time runs it; Post from any thread. Callbacks that never ran are dropped with it.
class EventLoop {
 public:
  static std::unique_ptr<EventLoop> New();
  virtual ~EventLoop() = default;

  // Runs callbacks until Quit.
  virtual void Run() = 0;
  // Runs at most one callback, waiting for it until `deadline`; false when none came.
  virtual bool RunOneUntil(std::chrono::steady_clock::time_point deadline) = 0;
  virtual void Quit() = 0;
  virtual void Post(std::function<void()> task) = 0;
  virtual std::unique_ptr<Timer> NewTimer() = 0;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_EVENT_LOOP_H_
