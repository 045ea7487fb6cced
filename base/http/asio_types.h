#ifndef VEDETTE_BASE_HTTP_ASIO_TYPES_H_
#define VEDETTE_BASE_HTTP_ASIO_TYPES_H_

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "base/http/event_loop.h"

// What the Asio files of base/http know of each other. Included by those .cc files only.

namespace vedette::base::http {

namespace asio = boost::asio;

class AsioLoop final : public EventLoop {
 public:
  void Run() override;
  bool RunOneUntil(std::chrono::steady_clock::time_point deadline) override;
  void Quit() override;
  void Post(std::function<void()> task) override;
  std::unique_ptr<Timer> NewTimer() override;

  asio::io_context& context() { return context_; }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
};

// There is one kind of loop.
inline asio::io_context& ContextOf(EventLoop* loop) {
  return static_cast<AsioLoop*>(loop)->context();
}

class TlsContext {
 public:
  explicit TlsContext(asio::ssl::context::method method) : context(method) {}
  asio::ssl::context context;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_ASIO_TYPES_H_
