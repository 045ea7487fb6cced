#include <chrono>
#include <utility>

#include "base/http/session.h"
#include "base/http/websocket_frame.h"

// A session whose connection has become a WebSocket.

namespace vedette::base::http {
namespace {

// A client that answers no pings for so long is gone, or does not read what it is sent; one that
// sends, but takes nothing of what waits for it for so long, holds memory for nothing.
constexpr int kMaxSilentTicks = 4;
// How long the end may take to be sent.
constexpr std::chrono::milliseconds kEndTime{1000};

constexpr uint16_t kNormalEnd = 1000;
constexpr uint16_t kProtocolError = 1002;
constexpr uint16_t kTooLargeMessage = 1009;

}  // namespace

void Session::BeginSocket(const std::function<void(std::shared_ptr<WebSocket>)>& opened) {
  ReleaseBuffer();
  parser_.reset();
  state_ = State::kSocket;
  socket_ =
      std::make_shared<WebSocketLink>([loop = core_->weak_from_this(), session = weak_from_this()] {
        const std::shared_ptr<ServerCore> core = loop.lock();
        if (!core) return;
        core->loop->Post([session] {
          if (const auto alive = session.lock()) alive->FlushSocket();
        });
      });
  timer_->Start(core_->options.websocket_tick,
                [self = shared_from_this()] { self->OnSocketTick(); });
  opened(socket_);
  ReadFrames();
}

void Session::ReadFrames() {
  silent_ticks_ = 0;
  ClientFrame frame;
  for (;;) {
    switch (TakeClientFrame(&in_, &frame)) {
      case FrameRead::kNeedMore:
        return StartRead();
      case FrameRead::kBad:
        return EndSocket(kProtocolError, "no frame that a client may send");
      case FrameRead::kTooLarge:
        return EndSocket(kTooLargeMessage, "a frame over 64 KiB");
      case FrameRead::kFrame:
        break;
    }
    if (frame.opcode == Opcode::kClose) return EndSocket(kNormalEnd, "");
    if (frame.opcode == Opcode::kPing) {
      socket_->SendControl(WebSocketFrame(Opcode::kPong, frame.payload));
    }
  }
}

void Session::EndSocket(uint16_t code, std::string_view reason) {
  in_.clear();
  socket_->Close(code, reason);
  timer_->Start(kEndTime, [self = shared_from_this()] { self->Close(); });
  FlushSocket();
}

void Session::FlushSocket() {
  if (state_ != State::kSocket || !frames_.empty()) return;
  frames_ = socket_->Take();
  frames_written_ = 0;
  if (!frames_.empty()) return OnSocketWritten({});
  if (!socket_->ends()) return;
  Drain();
}

void Session::OnSocketWritten(const IoResult& result) {
  if (state_ != State::kSocket) return;
  if (!result.ok()) return Close();
  frames_written_ += result.bytes;
  if (frames_written_ == frames_.size()) {
    frames_.clear();
    return FlushSocket();
  }
  stream_->WriteSome(
      std::string_view(frames_).substr(frames_written_, kMaxPieceBytes),
      [self = shared_from_this()](const IoResult& written) { self->OnSocketWritten(written); });
}

void Session::OnSocketTick() {
  if (state_ != State::kSocket) return;
  if (++silent_ticks_ > kMaxSilentTicks) return Close();
  const bool stuck = !frames_.empty() && frames_written_ == ticked_written_;
  ticked_written_ = frames_written_;
  stuck_ticks_ = stuck ? stuck_ticks_ + 1 : 0;
  if (stuck_ticks_ > kMaxSilentTicks) return Close();
  socket_->SendControl(WebSocketFrame(Opcode::kPing, ""));
  timer_->Start(core_->options.websocket_tick,
                [self = shared_from_this()] { self->OnSocketTick(); });
}

}  // namespace vedette::base::http
