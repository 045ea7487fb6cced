#ifndef VEDETTE_BASE_HTTP_WEBSOCKET_LINK_H_
#define VEDETTE_BASE_HTTP_WEBSOCKET_LINK_H_

#include <functional>
#include <string>
#include <string_view>

#include "base/http/websocket.h"
#include "base/mutex.h"

namespace vedette::base::http {

// Internal to base/http: what waits to be sent on a connection that became a WebSocket. Frames come
// in on any thread, bytes go out on the loop's.
class WebSocketLink final : public WebSocket {
 public:
  // `wake` makes the loop take what waits; any thread, at most once until it does.
  explicit WebSocketLink(std::function<void()> wake) : wake_(std::move(wake)) {}

  bool Send(std::string_view text) override;
  void Close(uint16_t code, std::string_view reason) override;
  bool closed() const override;

  // Loop thread: a control frame.
  void SendControl(std::string frame);
  // Loop thread: all that waits; what was taken before is written.
  std::string Take();
  // Loop thread: nothing follows what was taken.
  bool ends() const;
  // Loop thread: the connection is gone.
  void MarkClosed();

 private:
  void Append(std::string_view frame, bool* wake) VEDETTE_REQUIRES(mutex_);

  const std::function<void()> wake_;
  mutable Mutex mutex_;
  std::string waiting_ VEDETTE_GUARDED_BY(mutex_);
  size_t taken_ VEDETTE_GUARDED_BY(mutex_) = 0;  // bytes that are being written
  bool woken_ VEDETTE_GUARDED_BY(mutex_) = false;
  bool ends_ VEDETTE_GUARDED_BY(mutex_) = false;  // the last frame is among what waits or went out
  bool closed_ VEDETTE_GUARDED_BY(mutex_) = false;
};

}  // namespace vedette::base::http

#endif  // VEDETTE_BASE_HTTP_WEBSOCKET_LINK_H_
