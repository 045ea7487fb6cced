#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "base/http/client.h"
#include "base/http/server.h"
#include "base/telemetry.h"
#include "tests/base/http/raw_client.h"
#include "tests/collector/api/api_fixture.h"
#include "tests/support/capture_logger.h"

// Queries of clients that go away, over a real connection.

namespace vedette::test {
namespace {

using base::http::ClientRequest;
using base::http::Server;

// A store of series without end: only a query that is stopped comes out of it.
class EndlessMetrics final : public promql::Queryable {
 public:
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    for (int i = 0;; ++i) {
      model::SeriesSamples series;
      series.labels = model::Labels{{"__name__", "endless"}, {"i", std::to_string(i)}};
      series.timestamps_ms = {request.max_ms};
      series.values = {1};
      ++series_;
      const base::Status status = visit(std::move(series));
      if (status.ok()) continue;
      ++ended_;
      return status;
    }
  }
  mutable std::atomic<int> series_{0};
  mutable std::atomic<int> ended_{0};
};

class HangUp : public ApiTest {
 protected:
  HangUp() : engine_({}, &system_clock_) {
    api::QueryDeps deps{&engine_, &metrics_, &system_clock_};
    deps.telemetry = &telemetry_;
    api::RegisterPrometheusQuery(&router_, deps);
    api::RegisterHealth(&router_, {[] { return true; }});
    Server::Options options;
    options.listen = {"127.0.0.1:0"};
    options.router = &router_;
    options.clock = &system_clock_;
    options.logger = &logger_;
    options.query = {1, 8};
    server_ = *Server::Start(std::move(options));
  }
  uint16_t port() const { return server_->Ports().front(); }
  base::http::Response Fetch(const std::string& target) {
    ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port()) + target;
    const auto response = client_->Send(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : base::http::Response{};
  }
  void Wait(const std::atomic<int>& what, int least) {
    for (int i = 0; i < 30'000 && what < least; ++i) {
      system_clock_.SleepFor(std::chrono::milliseconds(1), {});
    }
    ASSERT_GE(what, least);
  }

  base::SystemClock system_clock_;
  CaptureLogger logger_;
  base::Telemetry telemetry_;
  EndlessMetrics metrics_;
  promql::Engine engine_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<base::http::Client> client_ = base::http::NewClient();
};

constexpr char kEndless[] = "GET /api/v1/query?query=count(endless) HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HangUp, EndsTheQueryAndFreesItsThread) {
  {
    RawClient client(port());
    client.Send(kEndless);
    Wait(metrics_.series_, 1);
  }
  Wait(metrics_.ended_, 1);
  EXPECT_EQ(Fetch("/api/v1/query?query=1").status, 200);
}

TEST_F(HangUp, QueuedQueriesOfThoseWhoLeftAreNeverBegun) {
  RawClient first(port());
  first.Send(kEndless);
  Wait(metrics_.series_, 1);
  {
    RawClient second(port());
    second.Send(kEndless);
    RawClient third(port());
    third.Send(kEndless);
    // Once these are answered, the requests before them have been read.
    EXPECT_EQ(Fetch("/-/healthy").status, 200);
  }
  EXPECT_EQ(Fetch("/-/healthy").status, 200);
  first.Close();
  EXPECT_EQ(Fetch("/api/v1/query?query=1").status, 200);
  EXPECT_LE(metrics_.ended_, 2);
}

TEST_F(HangUp, HealthIsAnsweredWhileEveryQueryThreadIsBusy) {
  RawClient client(port());
  client.Send(kEndless);
  Wait(metrics_.series_, 1);
  EXPECT_EQ(Fetch("/-/healthy").status, 200);
  EXPECT_EQ(Fetch("/-/ready").status, 200);
}

TEST_F(HangUp, TimeoutEndsTheQueryWithItsError) {
  const auto response = Fetch("/api/v1/query?query=count(endless)&timeout=0.05");
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.body.find(R"("errorType":"timeout")"), std::string::npos) << response.body;
  double timeouts = 0;
  double running = -1;
  for (const auto& family : telemetry_.Collect()) {
    for (const auto& point : family.points) {
      if (family.name == "vedette_queries_running") running = point.value;
      if (family.name == "vedette_queries_total" && point.labels[0].second == "timeout") {
        timeouts = point.value;
      }
    }
  }
  EXPECT_EQ(timeouts, 1);
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace vedette::test
