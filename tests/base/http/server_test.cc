#include "base/http/server.h"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "base/http/parser.h"
#include "tests/base/http/raw_client.h"
#include "tests/base/http/server_fixture.h"

namespace vedette::test {
namespace {

using base::http::ClientRequest;
using base::http::Pool;
using base::http::Request;
using base::http::Responder;
using base::http::Response;
using base::http::Scope;

using HttpServer = ServerTest;

constexpr char kHello[] = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr char kHelloAndClose[] = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

size_t CountOf(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST_F(HttpServer, AnswersAndSaysWhatItIs) {
  Start();
  const Response response = Get("/hello");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.Get("Content-Length"), "5");
  EXPECT_TRUE(response.headers.Has("Date"));
}

TEST_F(HttpServer, UnknownPathIs404AndWrongMethodIs405WithAllow) {
  Start();
  EXPECT_EQ(Get("/nowhere").status, 404);
  EXPECT_EQ(Get("/nowhere").headers.Get("Content-Type"), "application/json");
  ClientRequest request;
  request.method = "DELETE";
  request.url = Url("/hello");
  const auto response = client_->Send(request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 405);
  EXPECT_EQ(response->headers.Get("Allow"), "GET, HEAD");
}

TEST_F(HttpServer, HeadHasLengthAndNoBody) {
  Start();
  RawClient raw(port());
  raw.Send("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = raw.ReadAll();
  EXPECT_NE(answer.find("Content-Length: 5\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  Start();
  RawClient raw(port());
  raw.Send(std::string(kHello) + "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" + kHelloAndClose);
  const std::string answer = raw.ReadAll();
  EXPECT_EQ(CountOf(answer, "HTTP/1.1 200"), 2u) << answer;
  EXPECT_LT(answer.find("HTTP/1.1 200"), answer.find("HTTP/1.1 404"));
}

TEST_F(HttpServer, ChunkedBodyIsPutTogether) {
  Start();
  RawClient raw(port());
  raw.Send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\nwiki\r\n");
  raw.Send("5\r\npedia\r\n0\r\n\r\n");
  EXPECT_TRUE(raw.ReadAll().ends_with("wikipedia"));
}

TEST_F(HttpServer, RequestMayComeByteByByte) {
  Start();
  RawClient raw(port());
  for (const char c : std::string("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                  "Content-Length: 3\r\n\r\nabc")) {
    raw.Send(std::string_view(&c, 1));
  }
  EXPECT_TRUE(raw.ReadAll().ends_with("abc"));
}

TEST_F(HttpServer, BadRequestsAre400) {
  Start();
  for (const char* bad :
       {"nonsense\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n"}) {
    SCOPED_TRACE(bad);
    RawClient raw(port());
    raw.Send(bad);
    EXPECT_NE(raw.ReadAll().find("HTTP/1.1 400"), std::string::npos);
  }
}

TEST_F(HttpServer, HeaderOver256KiBIs431) {
  Start();
  RawClient raw(port());
  raw.Send("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(300 * 1024, 'x') + "\r\n\r\n");
  EXPECT_NE(raw.ReadAll().find("HTTP/1.1 431"), std::string::npos);
}

TEST_F(HttpServer, LargeBodiesAreRefusedOnceAllTogetherHoldTooMuch) {
  options_.max_buffered_bytes = 300 * 1024;
  Start();
  ClientRequest request;
  request.method = "POST";
  request.url = Url("/echo");
  request.body.assign(200 * 1024, 'x');
  EXPECT_EQ(client_->Send(request)->status, 200);
  RawClient slow(port());  // announces as much and sends nearly all of it
  slow.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 204800\r\n\r\n" +
            std::string(200'000, 'x'));
  // Connections are read in turn, 16 KiB each: after so many turns the server holds what slow sent.
  // Before, slow itself might be the one too many.
  for (int i = 0; i < 100; ++i) ASSERT_EQ(Get("/hello").status, 200);
  const auto over = client_->Send(request);
  ASSERT_TRUE(over.ok()) << over.status();
  ASSERT_EQ(over->status, 503);
  EXPECT_EQ(Get("/hello").status, 200) << "small requests go on";
  RawClient refused(port());  // and stays connected, while its connection drains
  refused.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 290000\r\n\r\n" +
               std::string(150'000, 'x'));
  refused.ReadUntil("HTTP/1.1 503");
  slow.Send(std::string(4'800, 'x'));
  slow.ReadUntil("200 OK");
  // What a request held is given back after its answer has been written.
  int status = 503;
  for (int i = 0; i < 1000 && status != 200; ++i) status = client_->Send(request)->status;
  EXPECT_EQ(status, 200);
}

TEST_F(HttpServer, MoreThan200FieldsAre431) {
  Start();
  for (const size_t fields : {base::http::kMaxHeaderFields, base::http::kMaxHeaderFields + 1}) {
    std::string request = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    for (size_t i = 2; i < fields; ++i) request += "a: b\r\n";
    RawClient raw(port());
    raw.Send(request + "\r\n");
    const std::string answer = raw.ReadAll();
    const bool allowed = fields == base::http::kMaxHeaderFields;
    EXPECT_NE(answer.find(allowed ? "HTTP/1.1 200" : "HTTP/1.1 431"), std::string::npos) << answer;
  }
}

// Fields behind a chunked body count as well.
TEST_F(HttpServer, MoreThan200TrailersAre431) {
  Start();
  std::string request =
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n";
  for (size_t i = 0; i < base::http::kMaxHeaderFields; ++i) request += "a: b\r\n";
  RawClient raw(port());
  raw.Send(request + "\r\n");
  EXPECT_NE(raw.ReadAll().find("HTTP/1.1 431"), std::string::npos);
}

TEST_F(HttpServer, SingleFieldOver64KiBIs431) {
  Start();
  RawClient raw(port());
  raw.Send("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(70 * 1024, 'x') + "\r\n\r\n");
  EXPECT_NE(raw.ReadAll().find("HTTP/1.1 431"), std::string::npos);
}

TEST_F(HttpServer, HeaderOf200KiBIsTaken) {
  Start();
  const std::string field = "X: " + std::string(50 * 1024, 'x') + "\r\n";
  RawClient raw(port());
  raw.Send("GET /hello?" + std::string(50 * 1024, 'x') +
           " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + field + field + field + "\r\n");
  EXPECT_NE(raw.ReadAll().find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(HttpServer, BodyOverTheLimitIs413AndNotRead) {
  options_.max_body_bytes = 1000;
  Start();
  RawClient raw(port());
  raw.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
  const std::string answer = raw.ReadAll();
  EXPECT_NE(answer.find("HTTP/1.1 413"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServer, ChunkedBodyOverTheLimitIs413) {
  options_.max_body_bytes = 1000;
  Start();
  RawClient raw(port());
  raw.Send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
           std::string(2000, 'x') + "\r\n0\r\n\r\n");
  EXPECT_NE(raw.ReadAll().find("HTTP/1.1 413"), std::string::npos);
}

TEST_F(HttpServer, ExpectContinueIsAnsweredBeforeTheBody) {
  Start();
  RawClient raw(port());
  raw.Send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
      "Content-Length: 3\r\n\r\n");
  EXPECT_EQ(raw.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.Send("abc");
  EXPECT_TRUE(raw.ReadAll().ends_with("abc"));
}

TEST_F(HttpServer, SlowClientIsSentAway) {
  options_.idle_timeout = std::chrono::seconds(1);
  Start();
  RawClient raw(port());
  raw.Send("GET /hello HTTP/1.1\r\nHost:");
  EXPECT_NE(raw.ReadAll().find("HTTP/1.1 408"), std::string::npos);
  RawClient idle(port());
  EXPECT_EQ(idle.ReadAll(), "");
}

// Who answers sends the answer without telling the loop, which is still to see how long nothing
// came after it.
TEST_F(HttpServer, IdleTimeRunsFromTheAnswerOn) {
  options_.idle_timeout = std::chrono::seconds(1);
  Start();
  RawClient raw(port());
  raw.Send(kHello);
  EXPECT_TRUE(raw.ReadUntil("hello").ends_with("hello"));
  const auto answered = std::chrono::steady_clock::now();
  EXPECT_EQ(raw.ReadAll(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - answered, std::chrono::milliseconds(1900));
}

TEST_F(HttpServer, RequestSentWhileAnotherIsHandledIsAnsweredAfterIt) {
  std::promise<void> entered, go;
  router_.Handle({"GET", "/wait", Pool::kQuery, Scope::kRead, base::http::Sync([&](const Request&) {
                    entered.set_value();
                    go.get_future().wait();
                    return Response::Text(200, "waited");
                  })});
  Start();
  RawClient raw(port());
  raw.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  raw.Send(kHelloAndClose);
  go.set_value();
  const std::string answers = raw.ReadAll();
  EXPECT_LT(answers.find("waited"), answers.find("hello")) << answers;
  EXPECT_TRUE(answers.ends_with("hello"));
}

TEST_F(HttpServer, ConnectionIsKeptAndHttp10IsNot) {
  Start();
  RawClient raw(port());
  raw.Send(kHello);
  EXPECT_EQ(raw.ReadUntil("hello").find("Connection: close"), std::string::npos);
  raw.Send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_NE(raw.ReadAll().find("Connection: close"), std::string::npos);
}

TEST_F(HttpServer, LargeAnswersAreCompressedWhenAsked) {
  Start();
  ClientRequest request;
  request.url = Url("/big");
  request.accept_gzip = false;
  request.headers.Set("Accept-Encoding", "gzip");
  const auto raw = client_->Send(request);
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(raw->headers.Get("Content-Encoding"), "gzip");
  EXPECT_LT(raw->body.size(), 200u);
  EXPECT_EQ(Get("/big").body, std::string(5000, 'x'));
  EXPECT_FALSE(Get("/hello").headers.Has("Vary"));
}

TEST_F(HttpServer, HandlerThatThrowsOrForgetsIs500) {
  Start();
  EXPECT_EQ(Get("/throws").status, 500);
  EXPECT_EQ(logger_.Count("on purpose"), 1);
  EXPECT_EQ(Get("/silent").status, 500);
  EXPECT_EQ(Get("/hello").status, 200);
}

TEST_F(HttpServer, PathArgumentsAreDecoded) {
  Start();
  EXPECT_EQ(Get("/label/a%2Fb%20c/values").body, "a/b c");
}

TEST_F(HttpServer, AnswerMayComeLaterFromAnotherThread) {
  std::promise<std::thread> later;
  router_.Handle(
      {"GET", "/later", Pool::kQuery, Scope::kRead, [&](const Request&, const Responder& respond) {
         later.set_value(std::thread([respond] { respond(Response::Text(200, "later")); }));
       }});
  Start();
  EXPECT_EQ(Get("/later").body, "later");
  later.get_future().get().join();
}

TEST_F(HttpServer, OnlyTheFirstAnswerCounts) {
  router_.Handle(
      {"GET", "/twice", Pool::kQuery, Scope::kRead, [](const Request&, const Responder& respond) {
         respond(Response::Text(200, "one"));
         respond(Response::Text(200, "two"));
       }});
  Start();
  EXPECT_EQ(Get("/twice").body, "one");
  EXPECT_EQ(Get("/hello").body, "hello");
}

// A handler that waits until it is let go, and says how it went.
struct Gate {
  std::promise<void> entered;
  std::promise<void> open;
  std::shared_future<void> opened{open.get_future()};
  base::http::Handler Handler() {
    return base::http::Sync([this](const Request&) {
      entered.set_value();
      opened.wait();
      return Response::Text(200, "through");
    });
  }
};

TEST_F(HttpServer, FullPoolIs503AndOtherPoolsGoOn) {
  Gate gate;
  options_.query = {1, 1};
  router_.Handle({"GET", "/gate", Pool::kQuery, Scope::kRead, gate.Handler()});
  router_.Handle({"GET", "/health", Pool::kControl, Scope::kNone,
                  base::http::Sync([](const Request&) { return Response::Text(200, "up"); })});
  Start();
  RawClient running(port());
  running.Send("GET /gate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  gate.entered.get_future().wait();
  // One of these waits in the queue, the other finds it full: whichever the server reads first.
  RawClient first(port()), second(port());
  first.Send(kHelloAndClose);
  second.Send(kHelloAndClose);
  EXPECT_EQ(Get("/health").body, "up");
  gate.open.set_value();
  const std::string answers = first.ReadAll() + second.ReadAll();
  EXPECT_EQ(CountOf(answers, "HTTP/1.1 503"), 1u) << answers;
  EXPECT_EQ(CountOf(answers, "Retry-After: 1"), 1u);
  EXPECT_EQ(CountOf(answers, "HTTP/1.1 200"), 1u);
  EXPECT_TRUE(running.ReadAll().ends_with("through"));
}

TEST_F(HttpServer, HangUpRequestsTheStopToken) {
  std::promise<void> entered, stopped;
  router_.Handle({"GET", "/wait", Pool::kQuery, Scope::kRead,
                  [&](const Request& request, const Responder& respond) {
                    entered.set_value();
                    clock_.SleepFor(std::chrono::minutes(1), request.stop);
                    respond(Response::Text(200, ""));
                    stopped.set_value();
                  }});
  Start();
  RawClient raw(port());
  raw.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  raw.Close();
  EXPECT_EQ(stopped.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST_F(HttpServer, DeadlineRequestsTheStopToken) {
  options_.request_timeout = std::chrono::seconds(1);
  router_.Handle(
      {"GET", "/wait", Pool::kQuery, Scope::kRead, base::http::Sync([&](const Request& request) {
         const bool slept = clock_.SleepFor(std::chrono::minutes(1), request.stop);
         return Response::Text(slept ? 200 : 503, "");
       })});
  Start();
  EXPECT_EQ(Get("/wait").status, 503);
}

// Its first piece, then nothing for longer than a request may take.
class StuckSource final : public base::http::BodySource {
 public:
  bool Next(std::string* out) override {
    if (pieces_++ > 0) std::this_thread::sleep_for(std::chrono::seconds(4));
    out->append(kPieceBytes, 'x');
    return pieces_ < 3;
  }

 private:
  int pieces_ = 0;
};

TEST_F(HttpServer, AnAnswerThatStopsHalfwayIsCutAndNoOtherBegun) {
  options_.request_timeout = std::chrono::seconds(1);
  router_.Handle({"GET", "/stuck", Pool::kQuery, Scope::kRead, base::http::Sync([](const Request&) {
                    Response response = Response::Text(200, "begun;");
                    response.rest = std::make_shared<StuckSource>();
                    return response;
                  })});
  Start();
  RawClient raw(port());
  raw.Send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string all = raw.ReadAll();
  EXPECT_NE(all.find("begun;"), all.npos);
  EXPECT_EQ(all.find("took too long"), all.npos) << all;
  EXPECT_FALSE(all.ends_with("0\r\n\r\n")) << "the client must see that it was cut";
}

TEST_F(HttpServer, StopAnswersWhatRunsAndJoins) {
  std::promise<void> entered;
  router_.Handle(
      {"GET", "/wait", Pool::kQuery, Scope::kRead, base::http::Sync([&](const Request& request) {
         entered.set_value();
         clock_.SleepFor(std::chrono::minutes(1), request.stop);
         return Response::Text(200, "stopped");
       })});
  Start();
  RawClient raw(port()), idle(port());
  raw.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  server_->Stop();
  EXPECT_TRUE(raw.ReadAll().ends_with("stopped"));
  EXPECT_EQ(idle.ReadAll(), "");
  server_->Stop();
}

TEST_F(HttpServer, StopDoesNotWaitForConnectionsThatWereAnswered) {
  Start();
  RawClient raw(port());
  raw.Send(kHello);
  EXPECT_TRUE(raw.ReadUntil("hello").ends_with("hello"));
  const auto began = std::chrono::steady_clock::now();
  server_->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  EXPECT_EQ(raw.ReadAll(), "");
}

TEST_F(HttpServer, ResponderMayOutliveTheServer) {
  std::promise<Responder> kept;
  router_.Handle({"GET", "/keep", Pool::kQuery, Scope::kRead,
                  [&](const Request&, Responder respond) { kept.set_value(std::move(respond)); }});
  Start();
  RawClient raw(port());
  raw.Send("GET /keep HTTP/1.1\r\nHost: x\r\n\r\n");
  Responder respond = kept.get_future().get();
  server_.reset();
  respond(Response::Text(200, "too late"));
}

TEST_F(HttpServer, PortAloneListensOnIpv4AndIpv6) {
  options_.listen = {":0", "127.0.0.1:0"};
  Start();
  ASSERT_EQ(server_->Ports().size(), 2u);
  ClientRequest request;
  for (const std::string host : {"127.0.0.1", "[::1]"}) {
    request.url = "http://" + host + ":" + std::to_string(port()) + "/hello";
    const auto response = client_->Send(request);
    if (host == "[::1]" && !response.ok()) GTEST_SKIP() << "no IPv6 here: " << response.status();
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->body, "hello");
  }
}

TEST_F(HttpServer, TakenAddressIsNamed) {
  Start();
  options_.listen = {"127.0.0.1:" + std::to_string(port())};
  const auto second = base::http::Server::Start(options_);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(base::Message(second.status()).find(options_.listen[0]), std::string_view::npos)
      << second.status();
}

TEST_F(HttpServer, CountsAnswersByCode) {
  Start();
  Get("/hello");
  Get("/nowhere");
  server_->Stop();
  int found = 0;
  for (const auto& family : telemetry_.Collect()) {
    if (family.name != "vedette_http_requests_total") continue;
    for (const auto& point : family.points) found += point.value == 1 ? 1 : 0;
  }
  EXPECT_EQ(found, 2);
}

TEST_F(HttpServer, ManyClientsAtOnce) {
  Start();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) good += Get("/hello").body == "hello" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace vedette::test
