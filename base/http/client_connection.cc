#include "base/http/client_connection.h"

#include <functional>
#include <utility>

#include "base/strings.h"

namespace vedette::base::http {
namespace {

constexpr size_t kReadBytes = 32 * 1024;
// Interim answers (100, 103) that are read past.
constexpr int kMaxInterim = 10;

}  // namespace

ClientConnection::ClientConnection() : loop_(EventLoop::New()) {}

Status ClientConnection::Await(const bool* done, const Patience& patience) {
  // The callback only wakes the loop; the token itself is what is asked.
  const std::stop_callback wake(patience.stop, [this] { loop_->Post([] {}); });
  while (!*done) {
    if (patience.stop.stop_requested()) return Cancelled("stopped");
    if (!loop_->RunOneUntil(patience.deadline)) return DeadlineExceeded("timed out");
  }
  return absl::OkStatus();
}

Status ClientConnection::Connect(const std::vector<Endpoint>& endpoints, const std::string& tunnel,
                                 std::shared_ptr<TlsContext> tls, const std::string& host,
                                 const Patience& patience) {
  // What a callback writes to, should it come after we gave up and left.
  struct Shared {
    std::unique_ptr<Socket> socket;
    std::string error;
    IoResult handshake;
    bool done = false;
  };
  const auto shared = std::make_shared<Shared>();
  Dial(loop_.get(), endpoints, [shared](std::unique_ptr<Socket> socket, const std::string& error) {
    shared->socket = std::move(socket);
    shared->error = error;
    shared->done = true;
  });
  VEDETTE_RETURN_IF_ERROR(Annotate(Await(&shared->done, patience), "connect"));
  if (!shared->socket) return Unavailable(Concat({"connect: ", shared->error}));
  if (!tunnel.empty()) {
    stream_ = NewPlainStream(std::move(shared->socket));
    VEDETTE_RETURN_IF_ERROR(Annotate(OpenTunnel(tunnel, patience), "proxy"));
    shared->socket = stream_->Release();
  }
  stream_ = tls ? NewTlsClientStream(std::move(shared->socket), std::move(tls), host)
                : NewPlainStream(std::move(shared->socket));
  if (!stream_) return Unavailable("TLS: no certificate can be for this host");
  shared->done = false;
  stream_->Handshake([shared](const IoResult& result) {
    shared->handshake = result;
    shared->done = true;
  });
  VEDETTE_RETURN_IF_ERROR(Annotate(Await(&shared->done, patience), "TLS handshake"));
  if (shared->handshake.ok()) return absl::OkStatus();
  const std::string& why = shared->handshake.error;
  return Unavailable(Concat({"TLS handshake: ", why.empty() ? "connection closed" : why}));
}

Status ClientConnection::OpenTunnel(const std::string& tunnel, const Patience& patience) {
  // As after HEAD no body follows: what comes next is the server's.
  VEDETTE_ASSIGN_OR_RETURN(const Response answer, Exchange(tunnel, {.head_only = true}, patience));
  if (answer.status < 200 || answer.status > 299) {
    return Unavailable(Concat({"CONNECT was answered ", std::to_string(answer.status)}));
  }
  if (!in_.empty()) return Unavailable("bytes that nobody asked for follow CONNECT's answer");
  return absl::OkStatus();
}

Status ClientConnection::WriteAll(std::string_view data, const Patience& patience) {
  while (!data.empty()) {
    struct Shared {
      IoResult result;
      bool done = false;
    };
    const auto shared = std::make_shared<Shared>();
    stream_->WriteSome(data, [shared](const IoResult& result) {
      shared->result = result;
      shared->done = true;
    });
    VEDETTE_RETURN_IF_ERROR(Annotate(Await(&shared->done, patience), "send"));
    if (!shared->result.ok()) return Unavailable(Concat({"send: ", shared->result.error}));
    data.remove_prefix(shared->result.bytes);
  }
  return absl::OkStatus();
}

StatusOr<bool> ClientConnection::ReadMore(const Patience& patience) {
  struct Shared {
    IoResult result;
    bool done = false;
  };
  const auto shared = std::make_shared<Shared>();
  if (buffer_ == nullptr) buffer_ = std::make_unique_for_overwrite<char[]>(kReadBytes);
  stream_->ReadSome(buffer_.get(), kReadBytes, [shared](const IoResult& result) {
    shared->result = result;
    shared->done = true;
  });
  VEDETTE_RETURN_IF_ERROR(Annotate(Await(&shared->done, patience), "receive"));
  if (shared->result.code == IoResult::Code::kEof) return false;
  if (!shared->result.ok()) return Unavailable(Concat({"receive: ", shared->result.error}));
  in_.append(buffer_.get(), shared->result.bytes);
  return true;
}

StatusOr<Response> ClientConnection::Exchange(std::string_view wire, const Shape& shape,
                                              const Patience& patience) {
  reusable_ = false;
  closed_before_answer_ = false;
  const Status sent = WriteAll(wire, patience);
  // A server that refuses early (413) answers and closes: what it said is worth more.
  if (!sent.ok() && !absl::IsUnavailable(sent)) return sent;
  StatusOr<Response> response = ReadResponse(shape, patience);
  if (!response.ok() && !sent.ok()) return sent;
  if (!sent.ok()) reusable_ = false;
  last_used_ = std::chrono::steady_clock::now();
  return response;
}

StatusOr<Response> ClientConnection::CutOr(const Shape& shape, ResponseParser* parser,
                                           Status failure) {
  if (!shape.may_cut || !parser->has_head()) return failure;
  Response response = parser->TakeResponse();
  if (response.status < 200) return failure;
  response.body.clear();
  body_cut_ = true;
  return response;
}

StatusOr<Response> ClientConnection::ReadResponse(const Shape& shape, const Patience& patience) {
  bool anything = false;
  int interim = 0;
  body_cut_ = false;
  auto parser = ResponseParser::New(shape.max_body_bytes, shape.head_only);
  for (;;) {
    size_t consumed = 0;
    ParseState state = in_.empty() ? ParseState::kNeedMore : parser->Feed(in_, &consumed);
    in_.erase(0, consumed);
    if (state == ParseState::kNeedMore) {
      const StatusOr<bool> more = ReadMore(patience);
      closed_before_answer_ =
          !anything && (more.ok() ? !*more : absl::IsUnavailable(more.status()));
      if (!more.ok()) return CutOr(shape, parser.get(), more.status());
      if (*more) {
        anything = true;
        continue;
      }
      if (!anything) return Unavailable("receive: connection closed without an answer");
      state = parser->FeedEof();
    }
    body_cut_ = state == ParseState::kBodyTooLarge;
    if (body_cut_) {
      Response response = parser->TakeResponse();
      response.body.clear();
      return response;
    }
    if (state != ParseState::kDone) {
      return CutOr(shape, parser.get(), Unavailable(Concat({"bad answer: ", parser->error()})));
    }
    Response response = parser->TakeResponse();
    if (response.status == 101 && shape.may_switch) return response;
    if (response.status >= 200) {
      reusable_ = parser->keep_alive() && in_.empty();
      return response;
    }
    if (++interim > kMaxInterim) return Unavailable("bad answer: too many interim answers");
    parser = ResponseParser::New(shape.max_body_bytes, shape.head_only);
  }
}

}  // namespace vedette::base::http
