#include "base/http/event_loop.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "base/http/asio_types.h"

namespace vedette::base::http {
namespace {

class AsioTimer final : public Timer {
 public:
  explicit AsioTimer(asio::io_context& context) : timer_(context) {}
  ~AsioTimer() override { Cancel(); }

  void Start(std::chrono::milliseconds after, std::function<void()> fire) override {
    Cancel();
    // A timer that expired just before it was cancelled still calls its handler: the flag tells.
    alive_ = std::make_shared<bool>(true);
    timer_.expires_after(after);
    timer_.async_wait([alive = alive_, fire = std::move(fire)](boost::system::error_code error) {
      if (!error && *alive) fire();
    });
  }

  void Cancel() override {
    if (alive_) *alive_ = false;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<bool> alive_;
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
