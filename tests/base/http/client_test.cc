#include "base/http/client.h"

#include <future>
#include <thread>

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
