#include "base/http/websocket_link.h"

#include <utility>

#include "base/http/websocket_frame.h"

namespace vedette::base::http {
namespace {

// What may wait before a pong or a ping.
constexpr size_t kMaxWaitingControl = 64 << 10;

}  // namespace

bool WebSocketLink::Send(std::string_view text) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    const size_t held = taken_ + waiting_.size();
    if (closed_ || ends_ || (held > 0 && held + text.size() > kMaxWaitingBytes)) return false;
    Append(WebSocketFrame(Opcode::kText, text), &wake);
  }
  if (wake) wake_();
  return true;
}

void WebSocketLink::Close(uint16_t code, std::string_view reason) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    if (closed_ || ends_) return;
    Append(WebSocketCloseFrame(code, reason), &wake);
    ends_ = true;
  }
  if (wake) wake_();
}

bool WebSocketLink::closed() const {
  MutexLock lock(mutex_);
  return closed_ || ends_;
}

void WebSocketLink::SendControl(std::string frame) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    // Who does not read gets no answers to what it sends without end.
    if (closed_ || ends_ || waiting_.size() > kMaxWaitingControl) return;
    Append(frame, &wake);
  }
  if (wake) wake_();
}

void WebSocketLink::Append(std::string_view frame, bool* wake) {
  waiting_.append(frame);
  *wake = !woken_;
  woken_ = true;
}

std::string WebSocketLink::Take() {
  MutexLock lock(mutex_);
  woken_ = false;
  taken_ = waiting_.size();
  return std::exchange(waiting_, {});
}

bool WebSocketLink::ends() const {
  MutexLock lock(mutex_);
  return ends_;
}

void WebSocketLink::MarkClosed() {
  MutexLock lock(mutex_);
  closed_ = true;
  waiting_ = {};
}

}  // namespace vedette::base::http
