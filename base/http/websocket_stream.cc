#include "base/http/websocket_stream.h"

#include <chrono>
#include <cstdint>
#include <random>
#include <utility>

#include "base/escape.h"
#include "base/http/websocket_frame.h"
#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr size_t kKeyBytes = 16;
constexpr size_t kCodeBytes = 2;  // of a close frame, before its reason
constexpr std::chrono::seconds kSendTime{5};

class WebSocketStream final : public WebSocketClient {
 public:
  explicit WebSocketStream(std::unique_ptr<ClientConnection> connection)
      : connection_(std::move(connection)) {}

  StatusOr<std::string> Receive(const std::stop_token& stop) override {
    std::string text;
    for (;;) {
      ServerFrame frame;
      VEDETTE_RETURN_IF_ERROR(Next(stop, &frame));
      VEDETTE_ASSIGN_OR_RETURN(const bool whole, Take(std::move(frame), &text));
      if (whole) return text;
    }
  }

 private:
  Status Next(const std::stop_token& stop, ServerFrame* frame) {
    for (;;) {
      switch (TakeServerFrame(connection_->received(), kMaxTextBytes, frame)) {
        case FrameRead::kFrame:
          return absl::OkStatus();
        case FrameRead::kBad:
          return Unavailable("the server sent what is no frame of a WebSocket");
        case FrameRead::kTooLarge:
          return TooLarge();
        case FrameRead::kNeedMore:
          break;
      }
      const Patience patience{DeadlineAfter(std::chrono::seconds(kMaxSilence)), stop};
      const StatusOr<bool> more = connection_->Receive(patience);
      if (absl::IsDeadlineExceeded(more.status())) return Unavailable("the server fell silent");
      VEDETTE_RETURN_IF_ERROR(more.status());
      if (!*more) return Unavailable("the server closed the connection");
    }
  }

  // True: `text` is whole.
  StatusOr<bool> Take(ServerFrame frame, std::string* text) {
    switch (frame.opcode) {
      case Opcode::kPing:
        VEDETTE_RETURN_IF_ERROR(Send(Opcode::kPong, frame.payload));
        return false;
      case Opcode::kPong:
        return false;
      case Opcode::kClose:
        Send(Opcode::kClose, frame.payload).IgnoreError();
        if (frame.payload.size() <= kCodeBytes) return Unavailable("the server closed it");
        return Unavailable(
            Concat({"the server closed it: ", std::string_view(frame.payload).substr(kCodeBytes)}));
      default:
        if (text->size() + frame.payload.size() > kMaxTextBytes) return TooLarge();
        text->append(frame.payload);
        return frame.is_final;
    }
  }

  Status Send(Opcode opcode, std::string_view payload) {
    return connection_->Transmit(MaskedWebSocketFrame(opcode, payload, std::random_device{}()),
                                 {DeadlineAfter(kSendTime), {}});
  }

  static Status TooLarge() {
    return ResourceExhausted(
        Concat({"the server sent a text over ", std::to_string(kMaxTextBytes), " bytes"}));
  }

  const std::unique_ptr<ClientConnection> connection_;
};

}  // namespace

std::string NewWebSocketKey() {
  std::random_device random;
  std::string bytes;
  while (bytes.size() < kKeyBytes) bytes.push_back(static_cast<char>(random() & 0xff));
  return EncodeBase64(bytes);
}

std::unique_ptr<WebSocketClient> NewWebSocketClient(std::unique_ptr<ClientConnection> connection) {
  return std::make_unique<WebSocketStream>(std::move(connection));
}

}  // namespace vedette::base::http
