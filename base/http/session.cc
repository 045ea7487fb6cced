#include "base/http/session.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr size_t kRequestReadBytes = 16 * 1024;
// Pipelined bytes kept while a request is handled; then reading pauses.
constexpr size_t kMaxPipelinedBytes = 64 * 1024;

}  // namespace

Session::Session(ServerCore* core, std::unique_ptr<Stream> stream)
    : core_(core),
      stream_(std::move(stream)),
      timer_(core->loop->NewTimer()),
      read_buffer_(kRequestReadBytes) {}

void Session::Start() {
  timer_->Start(core_->options.idle_timeout, [self = shared_from_this()] { self->Close(); });
  stream_->Handshake([self = shared_from_this()](const IoResult& result) {
    if (self->state_ != State::kHandshake) return;
    if (result.ok()) return self->NextRequest();
    self->core_->options.logger->Debug(
        "TLS handshake failed",
        {{"remote", self->stream_->remote_address()}, {"error", result.error}});
    self->Close();
  });
}

void Session::BeginStop() {
  stop_.request_stop();
  EndIfAnswered();
  if (state_ == State::kSocket) return EndSocket(1001, "the server stops");
  if (state_ != State::kHandling && state_ != State::kWriting) Close();
}

void Session::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  slot_->Close();
  if (socket_) socket_->MarkClosed();
  ReleaseBuffer();
  timer_->Cancel();
  stop_.request_stop();
  stream_->Close();
  core_->Remove(shared_from_this());
}

void Session::Renew(AnswerSlot::Time when) {
  ReleaseBuffer();
  state_ = State::kReading;
  parser_ = RequestParser::New(core_->options.max_body_bytes);
  request_begun_ = header_done_ = body_unread_ = authenticated_ = false;
  stop_ = std::stop_source();
  const auto since = std::chrono::steady_clock::now() - when;
  timer_->Start(std::chrono::ceil<std::chrono::milliseconds>(core_->options.idle_timeout - since),
                [self = shared_from_this()] { self->OnReadTimeout(); });
}

void Session::NextRequest() {
  Renew(std::chrono::steady_clock::now());
  Parse();
}

bool Session::EndIfAnswered() {
  if (state_ != State::kHandling) return false;
  const std::optional<AnswerSlot::Time> sent = slot_->Close();
  if (sent) Renew(*sent);
  return sent.has_value();
}

void Session::StartRead() {
  if (reading_ || eof_) return;
  reading_ = true;
  stream_->ReadSome(read_buffer_.data(), read_buffer_.size(),
                    [self = shared_from_this()](const IoResult& result) { self->OnRead(result); });
}

void Session::OnRead(const IoResult& result) {
  reading_ = false;
  if (state_ == State::kClosed) return;
  EndIfAnswered();
  if (!result.ok()) {
    eof_ = true;
    // A client that only closed its sending side may still want the answer.
    const bool answer_wanted = result.code == IoResult::Code::kEof &&
                               (state_ == State::kHandling || state_ == State::kWriting);
    stop_.request_stop();
    if (!answer_wanted) Close();
    return;
  }
  if (state_ == State::kDraining) return StartRead();
  in_.append(read_buffer_.data(), result.bytes);
  if (state_ == State::kReading) return Parse();
  if (state_ == State::kSocket) return ReadFrames();
  if (in_.size() < kMaxPipelinedBytes) StartRead();
}

void Session::Parse() {
  while (state_ == State::kReading) {
    if (in_.empty()) return StartRead();
    if (!request_begun_) RequestBegins();
    size_t consumed = 0;
    const ParseState parsed = parser_->Feed(in_, &consumed);
    in_.erase(0, consumed);
    if (!Buffer(consumed)) return;
    switch (parsed) {
      case ParseState::kNeedMore:
        return StartRead();
      case ParseState::kHeader:
        if (!OnHeader()) return;
        break;
      case ParseState::kDone:
        if (!header_done_ && !OnHeader()) return;
        return Dispatch();
      case ParseState::kHeaderTooLarge:
        return AnswerNow(
            ErrorAnswer(431, "bad_data",
                        Concat({"the header has over ", std::to_string(kMaxHeaderFields),
                                " fields, a field over 64 KiB or ", std::to_string(kMaxHeaderBytes),
                                " bytes"})),
            true);
      case ParseState::kBodyTooLarge:
        return AnswerNow(
            ErrorAnswer(413, "bad_data",
                        Concat({"the body is over ", std::to_string(core_->options.max_body_bytes),
                                " bytes"})),
            true);
      case ParseState::kBad:
        return AnswerNow(ErrorAnswer(400, "bad_data", Concat({"bad HTTP: ", parser_->error()})),
                         true);
    }
  }
}

// Connections times the largest body would be gigabytes, and who sends it may not even be known
// yet.
bool Session::Buffer(size_t bytes) {
  buffered_bytes_ += bytes;
  core_->buffered_bytes += bytes;
  const bool large = buffered_bytes_ > kSmallRequestBytes;
  if (!large || core_->buffered_bytes <= core_->options.max_buffered_bytes) return true;
  AnswerNow(BusyAnswer("too many large requests at once"), true);
  return false;
}

void Session::ReleaseBuffer() {
  core_->buffered_bytes -= buffered_bytes_;
  buffered_bytes_ = 0;
}

// From here the client has a fixed time for the whole header, and then for the whole body: one that
// sends a byte now and then holds no connection for ever.
void Session::RequestBegins() {
  request_begun_ = true;
  timer_->Start(core_->options.idle_timeout,
                [self = shared_from_this()] { self->OnReadTimeout(); });
}

void Session::OnReadTimeout() {
  if (state_ != State::kReading) return;
  if (!request_begun_) return Close();
  AnswerNow(ErrorAnswer(408, "timeout", "the request did not arrive in time"), true);
}

}  // namespace vedette::base::http
