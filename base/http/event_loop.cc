#include "base/http/event_loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "base/http/asio_types.h"

namespace vedette::base::http {
namespace {

// Most timers are put off again and again, long before they are due. So one that sleeps is left
// alone: it looks when it wakes whether it was put off, which saves two system calls each time.
class AsioTimer final : public Timer {
 public:
  explicit AsioTimer(asio::io_context& context) : timer_(context) {}
  ~AsioTimer() override { Cancel(); }

  void Start(std::chrono::milliseconds after, std::function<void()> fire) override {
    const Time due = std::chrono::steady_clock::now() + after;
    std::shared_ptr<Wait> wait = wait_.lock();
    const bool in_time = wait != nullptr && wait->wakes <= due;
    if (!in_time) {
      Cancel();
      wait = std::make_shared<Wait>();
      wait_ = wait;
    }
    wait->due = due;
    wait->fire = std::move(fire);
    if (!in_time) Sleep(std::move(wait));
  }

  void Cancel() override {
    if (const std::shared_ptr<Wait> wait = wait_.lock()) wait->fire = nullptr;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;

  // Owned by the handler that the loop holds, and so gone with the loop.
  struct Wait {
    Time wakes;                  // when the handler is called
    Time due;                    // when it is to fire: then or later
    std::function<void()> fire;  // null: cancelled, and this timer may be gone
  };

  void Sleep(std::shared_ptr<Wait> wait) {
    wait->wakes = wait->due;
    timer_.expires_at(wait->wakes);
    timer_.async_wait([this, wait = std::move(wait)](boost::system::error_code error) mutable {
      if (error || !wait->fire) return;
      if (wait->due > wait->wakes) return Sleep(std::move(wait));
      const std::function<void()> fire = std::exchange(wait->fire, nullptr);
      wait.reset();  // it may be started again
      fire();
    });
  }

  asio::steady_timer timer_;
  std::weak_ptr<Wait> wait_;
};

}  // namespace

std::unique_ptr<EventLoop> EventLoop::New() { return std::make_unique<AsioLoop>(); }

void AsioLoop::Run() { context_.run(); }

bool AsioLoop::RunOneUntil(std::chrono::steady_clock::time_point deadline) {
  return context_.run_one_until(deadline) > 0;
}

void AsioLoop::Quit() { context_.stop(); }

void AsioLoop::Post(std::function<void()> task) { asio::post(context_, std::move(task)); }

std::unique_ptr<Timer> AsioLoop::NewTimer() { return std::make_unique<AsioTimer>(context_); }

}  // namespace vedette::base::http
