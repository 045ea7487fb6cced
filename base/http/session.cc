#include "base/http/session.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr size_t kRequestReadBytes = 16 * 1024;
// Requests up to this are read however much the others hold.
constexpr size_t kSmallRequestBytes = 64 * 1024;
// Pipelined bytes kept while a request is handled; then reading pauses.
constexpr size_t kMaxPipelinedBytes = 64 * 1024;
// How long a closed connection is read on, so that the peer sees the answer and not a reset.
constexpr std::chrono::milliseconds kDrainTime{1000};
// How long past its deadline a handler is waited for.
constexpr std::chrono::milliseconds kGrace{2000};

// How long to wait for room in the pool that makes the next piece of a body.
constexpr std::chrono::milliseconds kPieceRetry{10};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view PathAsSent(const Request& request) {
  const std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

Response Unauthorized(const WebConfig& config) {
  Response response = ErrorAnswer(401, "unauthorized", "credentials are missing or wrong");
  if (!config.users.empty()) {
    response.headers.Add("WWW-Authenticate", "Basic realm=\"vedette\"");
  }
  if (!config.tokens.empty()) {
    response.headers.Add("WWW-Authenticate", "Bearer realm=\"vedette\"");
  }
  return response;
}

Response Refused(const AuthResult& result, const WebConfig& config) {
  if (result.status == 401) return Unauthorized(config);
  return ErrorAnswer(403, "forbidden", "these credentials or this address may not do that");
}

Response NotAllowed(const std::vector<std::string>& allowed, const std::string& method) {
  const std::string list = Join(allowed, ", ");
  Response response =
      ErrorAnswer(405, "method_not_allowed", Concat({"found ", method, "; allowed are ", list}));
  response.headers.Set("Allow", list);
  return response;
}

// What a pool's thread needs to handle one request.
struct Work {
  Request request;
  const http::Route* route = nullptr;
  std::shared_ptr<const Security> security;
  bool authenticated = false;
  bool over_tls = false;
  Logger* logger = nullptr;
  std::shared_ptr<Exchange> exchange;
};

bool Admitted(Work* work) {
  if (work->authenticated) return true;
  const AuthResult result =
      work->security->authenticator->Check(work->request, work->route->scope, work->over_tls);
  if (!result.allowed) work->exchange->Answer(Refused(result, *work->security->config));
  work->request.user = result.user;
  return result.allowed;
}

void Handle(Work* work) {
  if (work->request.stop.stop_requested()) {
    return work->exchange->Answer(BusyAnswer("stopped before the request was begun"));
  }
  if (!Admitted(work)) return;
  const std::shared_ptr<Exchange> exchange = work->exchange;
  try {
    work->route->handler(work->request,
                         [exchange](Response response) { exchange->Answer(std::move(response)); });
  } catch (const std::exception& thrown) {
    work->logger->Error("handler threw", {{"path", work->request.path}, {"error", thrown.what()}});
    exchange->Answer(ErrorAnswer(500, "internal", "the handler failed"));
  }
}

// A web page that somebody looks at may ask anybody anything in their browser: it is not to fill
// the store of who listens on loopback without credentials, nor to read from a WebSocket, whose
// answers browsers keep from no page. They say where such a page is from.
bool IsForeign(const Request& request, Scope scope, const CorsPolicy* cors) {
  const std::string_view origin = request.headers.Get("Origin");
  const bool is_guarded = scope == Scope::kPush || request.headers.Has("Sec-WebSocket-Key");
  if (!is_guarded || origin.empty()) return false;
  const size_t host = origin.find("://");
  if (host != origin.npos &&
      EqualsIgnoreCase(origin.substr(host + 3), request.headers.Get("Host"))) {
    return false;
  }
  Headers allowed;
  if (cors != nullptr) cors->AddTo(origin, &allowed);
  return allowed.Get("Access-Control-Allow-Origin") != origin;
}

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

bool Session::OnHeader() {
  header_done_ = true;
  security_ = core_->CurrentSecurity();
  timer_->Start(core_->options.request_timeout,
                [self = shared_from_this()] { self->OnReadTimeout(); });
  const Request& request = parser_->header();
  if (!parser_->is_http_1_0() && !request.headers.Has("Host")) {
    AnswerNow(ErrorAnswer(400, "bad_data", "no Host header"), true);
    return false;
  }
  if (!Route() || !MayEnter()) return false;
  if (!parser_->expects_continue() || parser_->is_done() || !in_.empty()) return true;
  SendContinue();
  return false;
}

bool Session::Route() {
  const Request& request = parser_->header();
  match_ = core_->options.router->Find(request.method, PathAsSent(request));
  if (match_.route != nullptr) return true;
  if (IsPreflight()) {
    Response response;
    response.status = 204;
    AnswerNow(std::move(response), false);
    return false;
  }
  AnswerNow(match_.allowed.empty()
                ? ErrorAnswer(404, "not_found", Concat({"no such path: ", request.path}))
                : NotAllowed(match_.allowed, request.method),
            false);
  return false;
}

// A browser asks before it sends, without credentials. As upstream any path of the API will do.
bool Session::IsPreflight() const {
  const Request& request = parser_->header();
  if (core_->options.cors == nullptr || request.method != "OPTIONS") return false;
  return !match_.allowed.empty() || StartsWith(request.path, "/api/v1/");
}

// Refuses who brings no credentials before any of the body is read. Credentials are checked on the
// pool: bcrypt is slow.
bool Session::MayEnter() {
  if (IsForeign(parser_->header(), match_.route->scope, core_->options.cors.get())) {
    AnswerNow(ErrorAnswer(403, "forbidden",
                          "pages of other origins may not push or open WebSockets: name theirs by "
                          "--web.cors.origin"),
              false);
    return false;
  }
  if (security_->authenticator == nullptr || match_.route->scope == Scope::kNone) {
    authenticated_ = true;
    return true;
  }
  if (parser_->header().headers.Has("Authorization")) return true;
  Request anonymous;
  anonymous.remote_address = stream_->remote_address();
  const AuthResult result =
      security_->authenticator->Check(anonymous, match_.route->scope, stream_->is_tls());
  authenticated_ = result.allowed;
  if (!result.allowed) AnswerNow(Refused(result, *security_->config), false);
  return result.allowed;
}

void Session::SendContinue() {
  stream_->WriteSome(kContinue, [self = shared_from_this()](const IoResult& result) {
    if (self->state_ != State::kReading) return;
    if (!result.ok()) return self->Close();
    self->Parse();
  });
}

void Session::OnReadTimeout() {
  if (state_ != State::kReading) return;
  if (!request_begun_) return Close();
  AnswerNow(ErrorAnswer(408, "timeout", "the request did not arrive in time"), true);
}

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

void Session::Dispatch() {
  state_ = State::kHandling;
  pool_ = match_.route->pool;
  auto work = std::make_shared<Work>();
  work->route = match_.route;
  work->security = security_;
  work->authenticated = authenticated_;
  work->over_tls = stream_->is_tls();
  work->logger = core_->options.logger;
  const uint64_t id = ++exchange_id_;
  work->exchange =
      std::make_shared<Exchange>(Shape(), security_->config, core_->options.clock,
                                 [loop = std::weak_ptr<ServerCore>(core_->weak_from_this()),
                                  session = weak_from_this(), slot = slot_, id](WireAnswer answer) {
                                   const std::shared_ptr<ServerCore> core = loop.lock();
                                   if (!core) return;
                                   if (!answer.opened && slot->Send(id, core.get(), &answer))
                                     return;
                                   auto shared = std::make_shared<WireAnswer>(std::move(answer));
                                   core->loop->Post([session, id, shared] {
                                     if (const auto alive = session.lock())
                                       alive->OnAnswer(id, std::move(*shared));
                                   });
                                 });
  work->request = parser_->TakeRequest();
  work->request.remote_address = stream_->remote_address();
  work->request.path_args = std::move(match_.path_args);
  work->request.stop = stop_.get_token();
  work->request.received_mono_ns = core_->options.clock->MonotonicNanos();
  work->request.deadline_mono_ns = work->request.received_mono_ns +
                                   std::chrono::nanoseconds(core_->options.request_timeout).count();
  // Bytes held and requests that wait already are the loop's to go on with.
  if (in_.empty() && buffered_bytes_ <= kSmallRequestBytes) slot_->Open(stream_.get(), id);
  StartDeadline();
  StartRead();
  if (!core_->PoolFor(match_.route->pool).TrySubmit([work] { Handle(work.get()); })) {
    work->exchange->Answer(BusyAnswer("too many requests of this kind are waiting"));
  }
}

// Looks after the idle timeout, too, whether the answer was sent meanwhile.
void Session::StartDeadline() {
  const std::chrono::milliseconds whole = core_->options.request_timeout;
  const auto first = std::min<std::chrono::milliseconds>(whole, core_->options.idle_timeout);
  timer_->Start(first, [self = shared_from_this(), rest = whole - first] {
    if (self->EndIfAnswered()) return;
    if (rest.count() == 0) return self->OnDeadline();
    self->timer_->Start(rest, [self] { self->OnDeadline(); });
  });
}

void Session::OnDeadline() {
  stop_.request_stop();
  timer_->Start(kGrace, [self = shared_from_this()] { self->OnHandlerStuck(); });
}

void Session::OnHandlerStuck() {
  if (EndIfAnswered() || state_ != State::kHandling) return;
  const uint64_t stuck = exchange_id_++;  // whatever it still says is too late
  // Another answer would be taken for the rest of this one.
  if (slot_->has_begun(stuck)) return Close();
  AnswerNow(BusyAnswer("the request took too long"), true);
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
