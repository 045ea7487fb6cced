#include "base/http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "base/http/event_loop.h"
#include "base/http/stream.h"
#include "base/http/url.h"
#include "tests/base/http/server_fixture.h"

namespace vedette::test {
namespace {

using base::http::ClientRequest;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;
using base::http::Sync;

using HttpClient = ServerTest;

// Listens on 127.0.0.1, gives its first client an answer and closes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer, int backlog = 1) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof address_;
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address_), size);
    ::listen(listener_, backlog);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size);
    if (!answer_.empty()) thread_ = std::thread([this] { Serve(); });
  }
  ~OneAnswer() {
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  uint16_t port() const { return ntohs(address_.sin_port); }
  std::string Url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/"; }
  // A connection that nobody accepts, to be closed.
  int Fill() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    return socket;
  }

 private:
  void Serve() const {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    char request[4096];
    if (::recv(client, request, sizeof request, 0) > 0) {
      ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
    ::close(client);
  }

  const std::string answer_;
  int listener_ = -1;
  sockaddr_in address_{};
  std::thread thread_;
};

TEST_F(HttpClient, RefusedConnectionIsUnavailableAndNamesNoPath) {
  Start();
  ClientRequest request;
  request.url = Url("/secret/path?token=x");
  server_->Stop();
  const auto response = client_->Send(request);
  ASSERT_TRUE(absl::IsUnavailable(response.status())) << response.status();
  EXPECT_EQ(base::Message(response.status()).find("secret"), std::string_view::npos);
  EXPECT_NE(base::Message(response.status()).find("127.0.0.1"), std::string_view::npos);
}

TEST_F(HttpClient, TimeoutCoversTheWholeExchange) {
  router_.Handle({"GET", "/wait", Pool::kQuery, Scope::kRead, Sync([&](const Request& request) {
                    clock_.SleepFor(std::chrono::minutes(1), request.stop);
                    return Response::Text(200, "");
                  })});
  Start();
  ClientRequest request;
  request.url = Url("/wait");
  request.timeout = std::chrono::milliseconds(200);
  EXPECT_TRUE(absl::IsDeadlineExceeded(client_->Send(request).status()));
  EXPECT_EQ(Get("/hello").status, 200);
}

TEST_F(HttpClient, StopTokenEndsIt) {
  std::promise<void> entered;
  router_.Handle({"GET", "/wait", Pool::kQuery, Scope::kRead, Sync([&](const Request& request) {
                    entered.set_value();
                    clock_.SleepFor(std::chrono::minutes(1), request.stop);
                    return Response::Text(200, "");
                  })});
  Start();
  std::stop_source stop;
  ClientRequest request;
  request.url = Url("/wait");
  request.timeout = std::chrono::minutes(1);
  request.stop = stop.get_token();
  std::thread stopper([&] {
    entered.get_future().wait();
    stop.request_stop();
  });
  EXPECT_TRUE(absl::IsCancelled(client_->Send(request).status()));
  stopper.join();
}

TEST_F(HttpClient, LargeAnswerIsRefusedPlainAndCompressed) {
  Start();
  ClientRequest request;
  request.url = Url("/big");
  request.max_response_bytes = 4999;
  for (const bool gzip : {false, true}) {
    request.accept_gzip = gzip;
    request.cut_body = false;
    EXPECT_TRUE(absl::IsResourceExhausted(client_->Send(request).status())) << gzip;
    request.cut_body = true;
    const auto head = client_->Send(request);
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->body, "");
  }
  request.cut_body = false;
  request.max_response_bytes = 5000;
  EXPECT_TRUE(client_->Send(request).ok());
}

TEST_F(HttpClient, ABodyThatBreaksOffCostsNoStatusWhereItMayBeCut) {
  for (const std::string answer :
       {"HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\nabc",
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\nzz"}) {
    for (const bool cut : {true, false}) {
      const OneAnswer server(answer);
      ClientRequest request;
      request.method = "POST";
      request.url = server.Url();
      request.cut_body = cut;
      const auto response = client_->Send(request);
      ASSERT_EQ(response.ok(), cut) << response.status();
      if (!cut) continue;
      EXPECT_EQ(response->status, 404);
      EXPECT_EQ(response->body, "");
    }
  }
}

TEST(Dialer, AnAddressThatSaysNothingHoldsUpTheOthersForAMomentOnly) {
  // Its queue is full: what comes then is dropped.
  const OneAnswer full("", /*backlog=*/0);
  const std::vector<int> queued = {full.Fill(), full.Fill(), full.Fill()};
  const OneAnswer good("HTTP/1.1 204 No Content\r\n\r\n");
  const auto loop = base::http::EventLoop::New();
  std::unique_ptr<base::http::Socket> got;
  bool done = false;
  base::http::Dial(loop.get(), {{"127.0.0.1", full.port()}, {"127.0.0.1", good.port()}},
                   [&](std::unique_ptr<base::http::Socket> socket, const std::string&) {
                     got = std::move(socket);
                     done = true;
                   });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!done && loop->RunOneUntil(deadline)) {
  }
  ASSERT_TRUE(done);
  ASSERT_NE(got, nullptr);
  const auto stream = base::http::NewPlainStream(std::move(got));
  EXPECT_EQ(stream->remote_address(), "127.0.0.1:" + std::to_string(good.port()));
  for (const int socket : queued) ::close(socket);
}

TEST(Dialer, TheLastErrorIsToldWhenNoneIsReached) {
  const auto loop = base::http::EventLoop::New();
  std::string said;
  base::http::Dial(loop.get(), {{"127.0.0.1", 1}, {"127.0.0.1", 1}},
                   [&](std::unique_ptr<base::http::Socket> socket, const std::string& error) {
                     EXPECT_EQ(socket, nullptr);
                     said = error;
                   });
  while (said.empty() &&
         loop->RunOneUntil(std::chrono::steady_clock::now() + std::chrono::seconds(20))) {
  }
  EXPECT_EQ(said, "Connection refused");
}

TEST(Url, ReferencesMeanWhatTheyMeanInABrowser) {
  const struct {
    const char* location;
    const char* means;
  } cases[] = {{"https://other/x", "https://other/x"},
               {"HTTP://h/x", "HTTP://h/x"},
               {"//other:1/x", "http://other:1/x"},
               {"/x/y?z", "http://h:80/x/y?z"},
               {"metrics/", "http://h:80/a/metrics/"},
               {"../up?q=/../", "http://h:80/up?q=/../"},
               {"./", "http://h:80/a/"},
               {"../../..", "http://h:80/"},
               {"?only=query", "http://h:80/a/b?only=query"},
               {"ftp://h/x", ""},
               {"javascript:x", ""},
               {"", ""}};
  for (const auto& one : cases) {
    EXPECT_EQ(base::http::ResolveReference("http://h/a/b?c=d", one.location), one.means)
        << one.location;
  }
}

TEST_F(HttpClient, KeptConnectionThatDiedIsReplaced) {
  Start();
  const uint16_t first_port = port();
  EXPECT_EQ(Get("/hello").status, 200);
  server_->Stop();
  server_.reset();
  options_.listen = {"127.0.0.1:" + std::to_string(first_port)};
  Start();
  EXPECT_EQ(Get("/hello").status, 200);
}

TEST_F(HttpClient, UserinfoBecomesBasicAuth) {
  router_.Handle({"GET", "/auth", Pool::kQuery, Scope::kNone, Sync([](const Request& request) {
                    return Response::Text(200, request.headers.Get("Authorization"));
                  })});
  Start();
  ClientRequest request;
  request.url = "http://ali:open%20sesame@127.0.0.1:" + std::to_string(port()) + "/auth";
  const auto response = client_->Send(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "Basic YWxpOm9wZW4gc2VzYW1l");
}

TEST_F(HttpClient, LineBreaksInHeadersAreRefused) {
  Start();
  ClientRequest request;
  request.url = Url("/hello");
  request.headers.Set("X-A", "1\r\nX-B: 2");
  EXPECT_TRUE(absl::IsInvalidArgument(client_->Send(request).status()));
  request.headers = {};
  request.headers.Set("X A", "1");
  EXPECT_TRUE(absl::IsInvalidArgument(client_->Send(request).status()));
}

TEST_F(HttpClient, LargeBodiesGoBothWays) {
  Start();
  ClientRequest request;
  request.method = "POST";
  request.url = Url("/echo");
  for (uint32_t i = 0; i < 1'000'000; ++i) request.body += static_cast<char>(i * 7919 >> 5);
  const auto response = client_->Send(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, request.body);
}

TEST_F(HttpClient, NamesAreResolved) {
  Start();
  ClientRequest request;
  request.url = "http://localhost:" + std::to_string(port()) + "/hello";
  EXPECT_TRUE(client_->Send(request).ok());
  request.url = "http://does-not-exist.invalid/";
  request.timeout = std::chrono::seconds(2);
  EXPECT_FALSE(client_->Send(request).ok());
}

}  // namespace
}  // namespace vedette::test
