#include "collector/remote/query_client.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/http/server.h"
#include "base/mutex.h"
#include "tests/support/capture_logger.h"

namespace vedette::remote {
namespace {

using base::http::Request;
using base::http::Response;

// An engine that keeps what it is asked and answers as it is told.
class QueryClientTest : public testing::Test {
 protected:
  QueryClientTest() {
    for (const char* const method : {"GET", "POST"}) {
      router_.Handle({method, "/prom/{rest...}", base::http::Pool::kQuery, base::http::Scope::kNone,
                      base::http::Sync([this](const Request& request) {
                        base::MutexLock lock(mutex_);
                        asked_ = request;
                        return answer_;
                      })});
    }
    base::http::Server::Options options;
    options.listen = {"127.0.0.1:0"};
    options.router = &router_;
    options.clock = &clock_;
    options.logger = &log_;
    server_ = *base::http::Server::Start(std::move(options));
    config_.url = "http://127.0.0.1:" + std::to_string(server_->Ports().at(0)) + "/prom/";
    answer_ = Response::Json(200, "{}");
  }
  ~QueryClientTest() override { server_->Stop(); }

  base::StatusOr<Response> Pass(const Request& request) {
    return QueryClient(config_, "storage.remote", fs_.get(), &clock_).PassOn(request);
  }
  base::StatusOr<Response> Get(const std::string& target) {
    Request request;
    request.method = "GET";
    request.target = target;
    request.path = base::http::PercentDecode(target.substr(0, target.find('?')));
    return Pass(request);
  }
  Request Asked() {
    base::MutexLock lock(mutex_);
    return asked_;
  }
  void Answer(Response answer) {
    base::MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }

  base::SystemClock clock_;
  test::CaptureLogger log_;
  const std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  base::http::Router router_;
  std::unique_ptr<base::http::Server> server_;
  QueryConfig config_;
  base::Mutex mutex_;
  Request asked_ VEDETTE_GUARDED_BY(mutex_);
  Response answer_ VEDETTE_GUARDED_BY(mutex_);
};

TEST_F(QueryClientTest, ARequestIsPassedOnBehindTheUrl) {
  Request request;
  request.method = "POST";
  request.target = "/api/v1/query?stats=all";
  request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  request.body = "query=up";
  ASSERT_TRUE(Pass(request).ok());
  EXPECT_EQ(Asked().method, "POST");
  EXPECT_EQ(Asked().target, "/prom/api/v1/query?stats=all");
  EXPECT_EQ(Asked().body, "query=up");
  EXPECT_EQ(Asked().headers.Get("Content-Type"), "application/x-www-form-urlencoded");
}

TEST_F(QueryClientTest, CredentialsAreTheConfigurationsAndNotTheAskers) {
  config_.http.authorization.emplace();
  config_.http.authorization->credentials.value = base::Secret("ours");
  Request request;
  request.method = "GET";
  request.target = "/api/v1/query?query=up";
  request.headers.Set("Authorization", "Bearer theirs");
  request.headers.Set("Cookie", "session=theirs");
  ASSERT_TRUE(Pass(request).ok());
  EXPECT_EQ(Asked().headers.Get("Authorization"), "Bearer ours");
  EXPECT_EQ(Asked().headers.Get("Cookie"), "");
}

TEST_F(QueryClientTest, AnyAnswerComesBackWithWhatIsTheClientsBusiness) {
  Response busy = Response::Text(503, "too busy");
  busy.headers.Set("Retry-After", "7");
  busy.headers.Set("Set-Cookie", "mine=1");
  Answer(std::move(busy));
  const auto answer = Get("/api/v1/query?query=up");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->body, "too busy");
  EXPECT_EQ(answer->headers.Get("Retry-After"), "7");
  EXPECT_EQ(answer->headers.Get("Set-Cookie"), "");
}

TEST_F(QueryClientTest, AnAnswerBeyondItsSizeIsRefusedByName) {
  config_.max_response_bytes = 1000;
  Answer(Response::Json(200, std::string(1000, ' ')));
  EXPECT_TRUE(Get("/api/v1/query?query=up").ok());
  Answer(Response::Json(200, std::string(1001, ' ')));
  const auto over = Get("/api/v1/query?query=up");
  ASSERT_FALSE(over.ok());
  EXPECT_TRUE(absl::IsResourceExhausted(over.status())) << over.status();
  EXPECT_EQ(base::Message(over.status()).rfind("storage.remote: ", 0), 0u) << over.status();
}

TEST_F(QueryClientTest, AnEngineThatIsNotThereIsUnavailable) {
  config_.url = "http://127.0.0.1:1/prom";
  const auto answer = Get("/api/v1/query?query=up");
  EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
}

// With the configuration's credentials, a proxy before the engine might fold them.
TEST_F(QueryClientTest, PathsThatClimbAreRefused) {
  for (const char* const target : {"/api/v1/label/../values", "/api/v1/label/%2e%2e/values",
                                   "/api/v1/label/..%2f..%2fx/values", "/api/v1/label/./values"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Get(target).status())) << target;
  }
  EXPECT_TRUE(Get("/api/v1/label/a..b/values?match[]=../x").ok());
}

TEST_F(QueryClientTest, RulesAskAtTheirTime) {
  const QueryClient client(config_, "storage.remote", fs_.get(), &clock_);
  ASSERT_TRUE(client.Instant("up == 1", 1'500, {}).ok());
  EXPECT_EQ(Asked().target, "/prom/api/v1/query");
  EXPECT_EQ(Asked().body, "query=up%20%3D%3D%201&time=1.5");
}

}  // namespace
}  // namespace vedette::remote
