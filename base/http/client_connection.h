#ifndef VEDETTE_BASE_HTTP_CLIENT_CONNECTION_H_
#define VEDETTE_BASE_HTTP_CLIENT_CONNECTION_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/event_loop.h"
#include "base/http/message.h"
#include "base/http/parser.h"
#include "base/http/stream.h"
#include "base/status.h"

// Internal to base/http: one connection of the client, blocking, on an event loop of its own.

namespace vedette::base::http {

// Until when, and until whom, an exchange may go on.
struct Patience {
  std::chrono::steady_clock::time_point deadline;
  std::stop_token stop;
};

// From now on; a time that nobody lives to see is cut, so that no sum overflows.
inline std::chrono::steady_clock::time_point DeadlineAfter(std::chrono::milliseconds timeout) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);
  return std::chrono::steady_clock::now() + std::min(timeout, kLongest);
}

// One thread at a time. After an error it is good for nothing more.
class ClientConnection {
 public:
  ClientConnection();

  // `tls` null: plain. `host` is whom the certificate must name; empty checks no name. A `tunnel`
  // that is not empty is the CONNECT request to send first: the endpoints are a proxy's.
  Status Connect(const std::vector<Endpoint>& endpoints, const std::string& tunnel,
                 std::shared_ptr<TlsContext> tls, const std::string& host,
                 const Patience& patience);
  // How an answer is read.
  struct Shape {
    bool head_only = false;  // none has a body
    uint64_t max_body_bytes = 0;
    bool may_cut = false;     // an answer whose body cannot be read to its end comes without it
    bool may_switch = false;  // 101 is an answer: what follows it is another protocol's
  };
  // `wire` is the whole request. An answer whose body is over the limit comes without it.
  StatusOr<Response> Exchange(std::string_view wire, const Shape& shape, const Patience& patience);
  // After an exchange: may another follow?
  bool Reusable() const { return reusable_ && stream_->IdleAndOpen(); }
  // Whether the last answer came without its body.
  bool body_cut() const { return body_cut_; }
  // No byte of an answer came: the server closed a kept connection before it saw the request.
  bool closed_before_answer() const { return closed_before_answer_; }
  std::chrono::steady_clock::time_point last_used() const { return last_used_; }
  // After a 101, bytes of the other protocol: what has come and was not taken, more of it (false:
  // the other side has closed), and what is sent.
  std::string* received() { return &in_; }
  StatusOr<bool> Receive(const Patience& patience) { return ReadMore(patience); }
  Status Transmit(std::string_view data, const Patience& patience) {
    return WriteAll(data, patience);
  }
  // Until the next exchange: gives memory back that only exchanges need.
  void Rest() { buffer_.reset(); }

 private:
  // Runs the loop until *done, the deadline or the stop.
  Status Await(const bool* done, const Patience& patience);
  Status OpenTunnel(const std::string& tunnel, const Patience& patience);
  Status WriteAll(std::string_view data, const Patience& patience);
  // Appends what came to in_; false at the end of the stream.
  StatusOr<bool> ReadMore(const Patience& patience);
  StatusOr<Response> ReadResponse(const Shape& shape, const Patience& patience);
  // The answer as far as its head, or `failure` where it may not be cut or there is no head yet.
  StatusOr<Response> CutOr(const Shape& shape, ResponseParser* parser, Status failure);

  const std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<char[]> buffer_;  // kReadBytes, or null between exchanges
  std::string in_;
  bool reusable_ = false;
  bool body_cut_ = false;
  bool closed_before_answer_ = false;
  std::chrono::steady_clock::time_point last_used_;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_CLIENT_CONNECTION_H_
