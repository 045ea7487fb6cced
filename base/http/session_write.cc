#include "base/http/session.h"

#include <chrono>
#include <exception>
#include <utility>

namespace vedette::base::http {
namespace {

// How long a closed connection is read on, so that the peer sees the answer and not a reset.
constexpr std::chrono::milliseconds kDrainTime{1000};
// How long to wait for room in the pool that makes the next piece of a body.
constexpr std::chrono::milliseconds kPieceRetry{10};

}  // namespace

AnswerShape Session::Shape() const {
  const Request& request = parser_->header();
  AnswerShape shape;
  shape.head_only = request.method == "HEAD";
  shape.http_1_0 = header_done_ && parser_->is_http_1_0();
  shape.keep_alive = header_done_ && parser_->keep_alive() && !core_->stopping && !eof_;
  shape.coding = ChooseCoding(request.headers.Get("Accept-Encoding"));
  shape.cors = core_->options.cors;
  if (shape.cors) shape.origin = request.headers.Get("Origin");
  return shape;
}

void Session::AnswerNow(Response response, bool close) {
  AnswerShape shape = Shape();
  // A body that was announced and not read would be taken for the next request.
  body_unread_ = state_ == State::kReading && !(header_done_ && parser_->is_done());
  if (close || body_unread_) shape.keep_alive = false;
  const auto security = security_ ? security_ : core_->CurrentSecurity();
  // Who is refused while sending holds nothing any more, however long the connection drains.
  if (state_ == State::kReading && !shape.keep_alive) DropRequest();
  Write(Serialize(std::move(response), shape, core_->options.clock->WallNanos(),
                  security->config->headers));
}

void Session::DropRequest() {
  parser_.reset();
  in_.clear();
  ReleaseBuffer();
}

void Session::OnAnswer(uint64_t exchange_id, WireAnswer answer) {
  if (state_ != State::kHandling || exchange_id != exchange_id_) return;
  Write(std::move(answer));
}

void Session::Write(WireAnswer answer) {
  state_ = State::kWriting;
  if (!answer.begun) core_->CountAnswer(answer.status);
  out_ = std::move(answer);
  if (!out_.rest && out_.head.size() + out_.body.size() <= kMaxPieceBytes) out_.Join();
  written_ = out_.sent;
  head_written_ = false;
  Proceed();
}

void Session::WriteNext() {
  const std::string_view whole = head_written_ ? out_.body : out_.head;
  timer_->Start(core_->options.idle_timeout, [self = shared_from_this()] { self->Close(); });
  stream_->WriteSome(
      whole.substr(written_, kMaxPieceBytes),
      [self = shared_from_this()](const IoResult& result) { self->OnWritten(result); });
}

void Session::OnWritten(const IoResult& result) {
  if (state_ != State::kWriting) return;
  if (!result.ok()) return Close();
  written_ += result.bytes;
  Proceed();
}

void Session::Proceed() {
  if (!head_written_ && written_ == out_.head.size()) {
    head_written_ = true;
    written_ = 0;
  }
  if (!head_written_ || written_ < out_.body.size()) return WriteNext();
  if (out_.rest) return MakePiece();
  const bool close = out_.close || eof_ || core_->stopping;
  const auto opened = std::move(out_.opened);
  out_ = WireAnswer();
  if (!close && opened) return BeginSocket(opened);
  if (!close) return NextRequest();
  if (eof_) return Close();
  Drain();
}

// On a thread of the route's pool: making and coding takes milliseconds, which others on the loop
// would wait for.
void Session::MakePiece() {
  // In the memory of the piece before, which has been sent.
  auto piece = std::make_shared<std::string>(std::exchange(out_.body, {}));
  piece->clear();
  auto make = [rest = out_.rest, piece, loop = core_->weak_from_this(),
               session = weak_from_this()] {
    bool more = false;
    bool failed = false;
    try {
      more = rest->Next(piece.get());
    } catch (const std::exception&) {
      failed = true;  // out of memory: the answer stays cut, which the client sees by its framing
    }
    const std::shared_ptr<ServerCore> core = loop.lock();
    if (!core) return;
    core->loop->Post([session, piece, more, failed] {
      const auto alive = session.lock();
      if (!alive) return;
      if (failed) return alive->Close();
      alive->OnPiece(std::move(*piece), more);
    });
  };
  if (core_->PoolFor(pool_).TrySubmit(std::move(make))) {
    timer_->Cancel();
    return;
  }
  timer_->Start(kPieceRetry, [self = shared_from_this()] {
    if (self->state_ == State::kWriting) self->MakePiece();
  });
}

void Session::OnPiece(std::string piece, bool more) {
  if (state_ != State::kWriting) return;
  if (!more) out_.rest.reset();
  out_.body = std::move(piece);
  written_ = 0;
  if (!out_.body.empty()) return WriteNext();
  Proceed();
}

// Closing with unread bytes in the socket resets the connection, and the peer may lose the answer.
void Session::Drain() {
  state_ = State::kDraining;
  timer_->Start(kDrainTime, [self = shared_from_this()] { self->Close(); });
  if (!stream_->is_tls()) stream_->ShutdownSend([](const IoResult&) {});
  StartRead();
}

}  // namespace vedette::base::http
