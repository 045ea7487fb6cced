#include <atomic>
#include <future>
#include <memory>
#include <string>

#include "base/codec/compress.h"
#include "base/http/body_stream.h"
#include "tests/base/http/raw_client.h"
#include "tests/base/http/server_fixture.h"

namespace vedette::test {
namespace {

using base::http::BodySource;
using base::http::BodyStream;
using base::http::ClientRequest;
using base::http::Coding;
using base::http::Pool;
using base::http::Request;
using base::http::Responder;
using base::http::Response;
using base::http::Scope;

constexpr uint64_t kMax = 64 << 20;

// "0 1 2 ..." in pieces of `piece` bytes or so, up to `count`.
class Numbers final : public BodySource {
 public:
  Numbers(int count, size_t piece, std::shared_ptr<std::atomic<int>> alive = nullptr)
      : count_(count), piece_(piece), alive_(std::move(alive)) {
    if (alive_) ++*alive_;
  }
  ~Numbers() override {
    if (alive_) --*alive_;
  }
  bool Next(std::string* out) override {
    const size_t until = out->size() + piece_;
    while (next_ < count_ && out->size() < until) *out += std::to_string(next_++) + " ";
    return next_ < count_;
  }
  static std::string All(int count) {
    Numbers numbers(count, kMax);
    std::string all;
    numbers.Next(&all);
    return all;
  }

 private:
  const int count_;
  const size_t piece_;
  const std::shared_ptr<std::atomic<int>> alive_;
  int next_ = 0;
};

// The content of a chunked body; empty when its framing is wrong.
std::string Unchunk(std::string_view body) {
  std::string out;
  for (;;) {
    const size_t line = body.find("\r\n");
    if (line == std::string_view::npos || line == 0) return "";
    const size_t size = std::stoul(std::string(body.substr(0, line)), nullptr, 16);
    body.remove_prefix(line + 2);
    if (body.size() < size + 2 || body.substr(size, 2) != "\r\n") return "";
    out.append(body.substr(0, size));
    body.remove_prefix(size + 2);
    if (size == 0) return body.empty() ? out : "";
  }
}

TEST(BodyStream, EveryCodingAndFramingGivesTheBodyBack) {
  for (const int count : {0, 1, 10, 100'000}) {
    for (const Coding coding : {Coding::kIdentity, Coding::kGzip, Coding::kZstd}) {
      for (const bool chunked : {false, true}) {
        SCOPED_TRACE(std::to_string(count) + " " + std::to_string(static_cast<int>(coding)));
        BodyStream stream("begin ", std::make_shared<Numbers>(count, 1000), coding, chunked);
        std::string wire;
        while (stream.Next(&wire)) {
        }
        if (chunked) wire = Unchunk(wire);
        if (coding == Coding::kGzip) wire = *base::GzipDecompress(wire, kMax);
        if (coding == Coding::kZstd) wire = *base::ZstdDecompress(wire, kMax);
        EXPECT_EQ(wire, "begin " + Numbers::All(count));
      }
    }
  }
}

TEST(BodyStream, PiecesStaySmallHoweverLargeTheBody) {
  BodyStream stream("", std::make_shared<Numbers>(1'000'000, BodySource::kPieceBytes),
                    Coding::kIdentity, true);
  for (bool more = true; more;) {
    std::string piece;
    more = stream.Next(&piece);
    EXPECT_LE(piece.size(), 2 * BodySource::kPieceBytes);
  }
}

TEST(ChooseCoding, TakesWhatTheClientLikesBest) {
  const struct {
    const char* accept;
    Coding coding;
  } cases[] = {{"", Coding::kIdentity},
               {"gzip", Coding::kGzip},
               {"zstd", Coding::kZstd},
               {"gzip, deflate, br, zstd", Coding::kZstd},
               {"gzip;q=1.0, zstd;q=0.5", Coding::kGzip},
               {"*", Coding::kGzip},
               {"identity", Coding::kIdentity},
               {"zstd;q=0, gzip;q=0", Coding::kIdentity}};
  for (const auto& c : cases) EXPECT_EQ(base::http::ChooseCoding(c.accept), c.coding) << c.accept;
}

class Streaming : public ServerTest {
 protected:
  static constexpr int kCount = 500'000;  // 3.4 MB
  Streaming() {
    router_.Handle({"GET", "/numbers", Pool::kQuery, Scope::kRead,
                    [alive = alive_](const Request&, const Responder& respond) {
                      Response response = Response::Text(200, "begin ");
                      response.rest = std::make_shared<Numbers>(kCount, 50'000, alive);
                      respond(std::move(response));
                    }});
  }
  std::string Raw(const std::string& request) {
    RawClient raw(port());
    raw.Send(request);
    return raw.ReadAll();
  }
  const std::shared_ptr<std::atomic<int>> alive_ = std::make_shared<std::atomic<int>>(0);
  const std::string all_ = "begin " + Numbers::All(kCount);
};

TEST_F(Streaming, LongBodiesComeInChunksAndTheConnectionGoesOn) {
  Start();
  EXPECT_EQ(Get("/numbers").body, all_);
  EXPECT_EQ(Get("/hello").body, "hello");
  const std::string answer =
      Raw("GET /numbers HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\nConnection: "
          "close\r\n\r\n");
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Content-Length"), answer.rfind("Content-Length"));
  EXPECT_TRUE(answer.ends_with("hello"));
}

TEST_F(Streaming, Http10GetsTheBodyUntilTheEnd) {
  Start();
  const std::string answer = Raw("GET /numbers HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(answer.substr(answer.find("\r\n\r\n") + 4) == all_);
}

TEST_F(Streaming, HeadHasNoBody) {
  Start();
  const std::string answer = Raw("HEAD /numbers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
  EXPECT_EQ(alive_->load(), 0);
}

TEST_F(Streaming, CodedAsAsked) {
  Start();
  for (const char* coding : {"gzip", "zstd"}) {
    ClientRequest request;
    request.url = Url("/numbers");
    request.accept_gzip = false;
    request.headers.Set("Accept-Encoding", coding);
    const auto answer = client_->Send(request);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->headers.Get("Content-Encoding"), coding);
    EXPECT_EQ(*base::DecodeContent(coding, answer->body, kMax), all_);
  }
}

TEST_F(Streaming, WhoHangsUpLetsTheRestGo) {
  Start();
  {
    RawClient raw(port());
    raw.Send("GET /numbers HTTP/1.1\r\nHost: x\r\n\r\n");
    raw.ReadUntil("begin");
    EXPECT_EQ(alive_->load(), 1);
  }
  for (int i = 0; i < 3000 && alive_->load() > 0; ++i)
    clock_.SleepFor(std::chrono::milliseconds(10), {});
  EXPECT_EQ(alive_->load(), 0);
}

TEST_F(Streaming, WhoReadsSlowlyKeepsNoThread) {
  options_.query = {1, 4};
  Start();
  RawClient slow(port());
  slow.Send("GET /numbers HTTP/1.1\r\nHost: x\r\n\r\n");
  slow.ReadUntil("begin");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get("/hello").body, "hello");
  std::string rest = slow.ReadUntil("\r\n0\r\n\r\n");
  EXPECT_GT(rest.size(), all_.size() / 2);
}

TEST_F(Streaming, PiecesWaitForRoomInTheirPool) {
  options_.query = {1, 2};  // a piece and /wait have room, more than that has not
  std::promise<void> entered, leave;
  router_.Handle(
      {"GET", "/wait", Pool::kQuery, Scope::kRead, [&](const Request&, const Responder& respond) {
         entered.set_value();
         leave.get_future().wait();
         respond(Response::Text(200, ""));
       }});
  Start();
  RawClient reader(port()), blocker(port()), queued(port()), another(port());
  reader.Send("GET /numbers HTTP/1.1\r\nHost: x\r\n\r\n");
  reader.ReadUntil("begin");
  blocker.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.get_future().wait();
  queued.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  another.Send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  leave.set_value();
  EXPECT_TRUE(reader.ReadUntil("\r\n0\r\n\r\n").ends_with("\r\n0\r\n\r\n"));
}

class Cors : public ServerTest {
 protected:
  void Allow(const std::string& origin) {
    options_.cors = *base::http::CorsPolicy::Make(origin);
    Start();
  }
  Response Ask(const std::string& method, const std::string& path, const std::string& origin) {
    ClientRequest request;
    request.method = method;
    request.url = Url(path);
    if (!origin.empty()) request.headers.Set("Origin", origin);
    const auto answer = client_->Send(request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : Response{};
  }
};

TEST_F(Cors, PagesOfAllowedOriginsMayRead) {
  Allow("https?://(a|b)\\.example");
  const Response allowed = Ask("GET", "/hello", "http://a.example");
  EXPECT_EQ(allowed.headers.Get("Access-Control-Allow-Origin"), "http://a.example");
  EXPECT_EQ(allowed.headers.Get("Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
  EXPECT_EQ(allowed.headers.Get("Vary"), "Origin");
  EXPECT_FALSE(
      Ask("GET", "/hello", "http://a.example.org").headers.Has("Access-Control-Allow-Origin"));
  EXPECT_FALSE(Ask("GET", "/hello", "").headers.Has("Access-Control-Allow-Methods"));
}

TEST_F(Cors, EveryOriginIsAStar) {
  Allow(".*");
  EXPECT_EQ(Ask("GET", "/nowhere", "http://x").headers.Get("Access-Control-Allow-Origin"), "*");
}

TEST_F(Cors, PreflightIsAnsweredForKnownPathsAndTheApi) {
  Allow(".*");
  EXPECT_EQ(Ask("OPTIONS", "/push", "http://x").status, 204);
  EXPECT_EQ(Ask("OPTIONS", "/api/v1/nowhere", "http://x").status, 204);
  EXPECT_EQ(Ask("OPTIONS", "/nowhere", "http://x").status, 404);
}

// Whatever web page somebody looks at: their browser reaches a server on loopback.
TEST_F(Cors, PagesOfOtherOriginsMayNotPush) {
  Allow(".*");
  EXPECT_EQ(Ask("POST", "/push", "http://x").status, 403);
  EXPECT_EQ(Ask("POST", "/push", "null").status, 403);
  EXPECT_NE(Ask("POST", "/push", "").status, 403);
  EXPECT_NE(Ask("POST", "/push", "http://127.0.0.1:" + std::to_string(port())).status, 403);
  EXPECT_NE(Ask("POST", "/echo", "http://x").status, 403) << "which pushes nothing";
}

TEST_F(Cors, AnOriginThatTheOperatorNamesMayPush) {
  Allow("http://a\\.example");
  EXPECT_NE(Ask("POST", "/push", "http://a.example").status, 403);
  EXPECT_EQ(Ask("POST", "/push", "http://b.example").status, 403);
}

TEST_F(Cors, WithoutAPolicyThereIsNone) {
  Start();
  EXPECT_EQ(Ask("OPTIONS", "/hello", "http://x").status, 405);
  EXPECT_FALSE(Ask("GET", "/hello", "http://x").headers.Has("Access-Control-Allow-Origin"));
}

}  // namespace
}  // namespace vedette::test
