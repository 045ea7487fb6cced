// The manager with everything real but the store: a server of our own as target, the real client,
// the real clock.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "base/http/server.h"
#include "collector/scrape/manager.h"
#include "tests/support/capture_logger.h"
#include "tests/support/temp_dir.h"

namespace vedette::scrape {
namespace {

class CountingSink final : public model::SampleSink {
 public:
  base::StatusOr<model::AppendStats> Append(std::span<const model::LentSample> samples) override {
    model::AppendStats stats;
    for (const model::LentSample& row : samples) {
      ++stats.accepted;
      if (row.labels->MetricName() == "answer" && row.value == 42) ++answers;
    }
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done({}); }

  std::atomic<int> answers{0};
};

TEST(ManagerOverHttp, ScrapesARealServerWithCredentials) {
  base::SystemClock clock;
  test::CaptureLogger logger;
  base::Telemetry telemetry;
  const auto fs = base::NewPosixFileSystem();
  test::TempDir dir;
  dir.Write("password", "s3cret\n");

  base::http::Router router;
  std::atomic<int> refused{0};
  router.Handle({"GET", "/metrics", base::http::Pool::kQuery, base::http::Scope::kRead,
                 base::http::Sync([&refused](const base::http::Request& request) {
                   // user:s3cret
                   if (request.headers.Get("Authorization") != "Basic dXNlcjpzM2NyZXQ=") {
                     ++refused;
                     return base::http::Response::Text(401, "no");
                   }
                   base::http::Response response;
                   response.headers.Set("Content-Type", "text/plain; version=0.0.4");
                   response.body =
                       "# TYPE answer gauge\nanswer 42\n" + std::string(4096, '#') + "\n";
                   return response;
                 })});
  base::http::Server::Options server_options;
  server_options.listen = {"127.0.0.1:0"};
  server_options.router = &router;
  server_options.clock = &clock;
  server_options.logger = &logger;
  auto server = base::http::Server::Start(std::move(server_options));
  ASSERT_TRUE(server.ok()) << server.status();

  const std::string yaml =
      "scrape_configs:\n- job_name: j\n  scrape_interval: 100ms\n"
      "  basic_auth: {username: user, password_file: password}\n"
      "  static_configs: [{targets: ['127.0.0.1:" +
      std::to_string((*server)->Ports().at(0)) + "']}]\n";
  const auto config = ParseConfig(yaml, dir.Join("p.yml"));
  ASSERT_TRUE(config.ok()) << config.status();

  CountingSink sink;
  Manager::Options options;
  options.sink = &sink;
  options.fs = fs.get();
  options.clock = &clock;
  options.logger = &logger;
  options.telemetry = &telemetry;
  Manager manager(std::move(options));
  manager.ApplyConfig(*config);
  for (int i = 0; i < 3000 && sink.answers < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GE(sink.answers, 3) << manager.Targets().active.at(0).last_error;
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(manager.Targets().active.at(0).health, Health::kUp);
  manager.Stop();
  (*server)->Stop();
}

}  // namespace
}  // namespace vedette::scrape
