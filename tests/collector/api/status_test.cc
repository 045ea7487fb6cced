#include <string>

#include "collector/api/admin_view.h"
#include "tests/collector/api/api_fixture.h"

namespace vedette::test {
namespace {

using base::http::Response;
using base::http::Scope;

class FakeStatus final : public api::StatusView {
 public:
  api::RuntimeInfo Runtime() const override {
    api::RuntimeInfo info;
    info.start_ms = 1'795'226'940'000;
    info.working_directory = "/data";
    info.host_name = "primary";
    info.reload_succeeded = false;
    info.last_config_ms = 1'795'226'941'250;
    info.threads = 12;
    info.cpus = 2;
    info.memory_limit_bytes = 1 << 30;
    info.retention = "90d";
    return info;
  }
  std::string ConfigText() const override { return "global: {}\n"; }
  std::vector<std::pair<std::string, std::string>> Flags() const override {
    return {{"config.file", "a.yml"}, {"web.enable-lifecycle", "false"}};
  }
  std::vector<api::NotificationInfo> Notifications() const override {
    return {{"Configuration reload has failed.", 1'795'226'940'000}};
  }
  base::StatusOr<api::TsdbInfo> Tsdb(size_t limit) const override {
    if (limit == 7) return base::ResourceExhausted("too many");
    api::TsdbInfo info;
    info.series = 5;
    info.series_by_metric = {{"up", limit}};
    info.min_ms = 1;
    return info;
  }
  api::ReplayInfo Replay() const override { return {1, 9, 4}; }
};

class FakeLifecycle final : public api::Lifecycle {
 public:
  base::Status ReloadConfig() override {
    ++reloads_;
    return reload_;
  }
  void Quit() override { ++quits_; }
  base::Status reload_;
  int reloads_ = 0;
  int quits_ = 0;
};

class StatusApi : public ApiTest {
 protected:
  StatusApi() { api::RegisterPrometheusStatus(&router_, &status_, &clock_); }
  std::string Data(const std::string& path) {
    const std::string body = Get("/api/v1/" + path).body;
    const std::string head = R"({"status":"success","data":)";
    EXPECT_EQ(body.rfind(head, 0), 0u) << body;
    return body.substr(head.size(), body.size() - head.size() - 1);
  }
  FakeStatus status_;
};

TEST_F(StatusApi, EveryPageHasUpstreamsShape) {
  EXPECT_EQ(Data("status/runtimeinfo"),
            R"({"startTime":"2026-11-21T02:09:00Z","CWD":"/data","hostname":"primary",)"
            R"("serverTime":"2026-11-21T02:09:00Z","reloadConfigSuccess":false,)"
            R"("lastConfigTime":"2026-11-21T02:09:01.25Z","corruptionCount":0,"goroutineCount":12,)"
            R"("GOMAXPROCS":2,"GOMEMLIMIT":1073741824,"GOGC":"","GODEBUG":"",)"
            R"("storageRetention":"90d"})");
  EXPECT_EQ(Data("status/config"), R"({"yaml":"global: {}\n"})");
  EXPECT_EQ(Data("status/flags"), R"({"config.file":"a.yml","web.enable-lifecycle":"false"})");
  EXPECT_EQ(Data("status/walreplay"), R"({"min":1,"max":9,"current":4})");
  EXPECT_EQ(Data("notifications"),
            R"([{"text":"Configuration reload has failed.","date":"2026-11-21T02:09:00Z",)"
            R"("active":true}])");
  EXPECT_EQ(Data("status/tsdb"),
            R"({"headStats":{"numSeries":5,"numLabelPairs":0,"chunkCount":0,"minTime":1,)"
            R"("maxTime":0},"seriesCountByMetricName":[{"name":"up","value":10}],)"
            R"("labelValueCountByLabelName":[],"memoryInBytesByLabelName":[],)"
            R"("seriesCountByLabelValuePair":[]})");
}

TEST_F(StatusApi, LimitOfTheStoresPageIsChecked) {
  EXPECT_NE(Data("status/tsdb?limit=3").find(R"("value":3)"), std::string::npos);
  for (const char* bad : {"0", "-1", "x", "10001"}) {
    EXPECT_EQ(Get(std::string("/api/v1/status/tsdb?limit=") + bad).status, 400) << bad;
  }
  EXPECT_EQ(Get("/api/v1/status/tsdb?limit=7").status, 422);
}

TEST_F(ApiTest, LifecycleIsForbiddenUnlessEnabled) {
  api::RegisterLifecycle(&router_, nullptr);
  for (const char* path : {"/-/reload", "/-/quit"}) {
    for (const char* method : {"POST", "PUT"}) {
      const Response response = Call({method, path, {}, ""});
      EXPECT_EQ(response.status, 403);
      EXPECT_EQ(response.body, "Lifecycle API is not enabled.");
      EXPECT_EQ(RouteOf(method, path).scope, Scope::kAdmin);
    }
    EXPECT_EQ(Get(path).status, 405);
  }
}

TEST_F(ApiTest, ReloadSaysWhatIsWrongAndQuitAnswersFirst) {
  FakeLifecycle lifecycle;
  api::RegisterLifecycle(&router_, &lifecycle);
  EXPECT_EQ(Call({"POST", "/-/reload", {}, ""}).status, 200);
  lifecycle.reload_ = base::InvalidArgument("a.yml:3: no such field");
  const Response failed = Call({"PUT", "/-/reload", {}, ""});
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body, "failed to reload config: a.yml:3: no such field\n");
  EXPECT_EQ(lifecycle.reloads_, 2);
  EXPECT_EQ(Call({"POST", "/-/quit", {}, ""}).body, "Requesting termination... Goodbye!");
  EXPECT_EQ(lifecycle.quits_, 1);
}

TEST_F(ApiTest, VersionIsThatOfTheApi) {
  api::RegisterPrometheusBuildInfo(&router_, {}, "3.5.3");
  EXPECT_EQ(Get("/version").body.find(R"({"version":"3.5.3")"), 0u);
}

}  // namespace
}  // namespace vedette::test
