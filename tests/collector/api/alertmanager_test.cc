#include "collector/api/alert_json.h"
#include "collector/api/time_text.h"
#include "tests/collector/api/api_fixture.h"

namespace vedette::test {
namespace {

using base::http::Response;
using base::http::Scope;

class FakeAlerts final : public api::AlertsView {
 public:
  std::vector<api::AlertInfo> Alerts() const override {
    api::AlertInfo down;
    down.alert.labels = model::Labels{{"alertname", "HostDown"},
                                      {"instance", "node1:9100"},
                                      {"job", "node"},
                                      {"severity", "critical"}};
    down.alert.annotations = model::Labels{{"summary", "node1 down"}};
    down.alert.starts_at_ms = 1'795'226'158'029;
    down.alert.ends_at_ms = 1'795'226'458'029;
    down.alert.generator_url = "http://prom/graph";
    down.updated_at_ms = 1'795'226'158'029;
    down.receivers = {"home-assistant", "nextcloud-talk"};
    api::AlertInfo cpu;
    cpu.alert.labels = model::Labels{{"alertname", "HighCPU"}};
    cpu.receivers = {"home-assistant"};
    cpu.inhibited_by = {"2d3872716e334357"};
    return {down, cpu};
  }
  base::Status Post(std::vector<model::Alert> alerts) override {
    posted_ = std::move(alerts);
    return status_;
  }
  std::vector<std::string> Receivers() const override { return {"home-assistant"}; }
  std::string ConfigText() const override { return "route: {}\n"; }
  std::vector<model::Alert> posted_;
  base::Status status_;
};

class AlertmanagerApi : public ApiTest {
 protected:
  AlertmanagerApi() {
    api::BuildInfo build;
    build.version = "0.1.0";
    api::RegisterAlertmanager(&router_, {&alerts_, &clock_, build, "0.33.1"});
  }
  Response Post(const std::string& body, const std::string& type = "application/json") {
    Ask ask{"POST", "/api/v2/alerts", {}, body};
    if (!type.empty()) ask.headers.Set("Content-Type", type);
    return Call(ask);
  }
  // How many alerts the list holds.
  int Count(const std::vector<std::pair<std::string, std::string>>& params) {
    const std::string body = Get(Target("/api/v2/alerts", params)).body;
    int count = 0;
    for (size_t at = body.find("fingerprint"); at != std::string::npos;
         at = body.find("fingerprint", at + 1)) {
      ++count;
    }
    return count;
  }
  FakeAlerts alerts_;
};

TEST_F(AlertmanagerApi, StatusHasWhatAmtoolReads) {
  EXPECT_EQ(Get("/api/v2/status").body,
            R"({"cluster":{"peers":[],"status":"disabled"},"config":{"original":"route: {}\n"},)"
            R"("uptime":"2026-11-21T02:09:00.000Z","versionInfo":{"branch":"","buildDate":"",)"
            R"("buildUser":"","goVersion":"","revision":"","version":"0.33.1"}})");
  EXPECT_EQ(Get("/api/v2/status").headers.Get("Cache-Control"), "no-store");
  EXPECT_EQ(Get("/api/v2/receivers").body, R"([{"name":"home-assistant"}])");
}

TEST_F(AlertmanagerApi, ListHasTheRecordedShape) {
  EXPECT_EQ(Get(Target("/api/v2/alerts", {{"filter", "alertname=HostDown"}})).body,
            R"([{"annotations":{"summary":"node1 down"},"endsAt":"2026-11-21T02:00:58.029Z",)"
            R"("fingerprint":"2d3872716e334357","receivers":[{"name":"home-assistant"},)"
            R"({"name":"nextcloud-talk"}],"startsAt":"2026-11-21T01:55:58.029Z",)"
            R"("status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":[],"state":"active"},)"
            R"("updatedAt":"2026-11-21T01:55:58.029Z","generatorURL":"http://prom/graph",)"
            R"("labels":{"alertname":"HostDown","instance":"node1:9100","job":"node",)"
            R"("severity":"critical"}}])");
}

TEST_F(AlertmanagerApi, ListIsFiltered) {
  EXPECT_EQ(Count({}), 2);
  EXPECT_EQ(Count({{"inhibited", "false"}}), 1);
  EXPECT_EQ(Count({{"active", "false"}}), 1);
  EXPECT_EQ(Count({{"active", ""}, {"inhibited", "F"}}), 1);
  EXPECT_EQ(Count({{"silenced", "false"}, {"unprocessed", "false"}}), 2);
  EXPECT_EQ(Count({{"receiver", "nextcloud-.*"}}), 1);
  EXPECT_EQ(Count({{"receiver", "nextcloud"}}), 0);
  EXPECT_EQ(Count({{"filter", "severity=~\"crit.*\""}}), 1);
  EXPECT_EQ(Count({{"filter", "alertname=~\"H.*\""}, {"filter", "severity!=critical"}}), 1);
  EXPECT_EQ(Count({{"filter", "alertname=\"bad!matcher\""}}), 0);
}

TEST_F(AlertmanagerApi, BadFiltersAre400WithAJsonString) {
  EXPECT_EQ(Get(Target("/api/v2/alerts", {{"filter", "{a=\"b\"}"}})).body,
            R"("unexpected open or close brace: {a=\"b\"}")");
  EXPECT_EQ(
      Get(Target("/api/v2/alerts", {{"active", "maybe"}})).body,
      R"x("parameter active: found \"maybe\"; allowed are true and false (also t, f, 1, 0)")x");
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"filter", "{a=\"b\"}"},
                                                        {"filter", "nonsense"},
                                                        {"filter", "a=\"b"},
                                                        {"filter", "a=~("},
                                                        {"filter", "=b"},
                                                        {"active", "maybe"},
                                                        {"silenced", "2"},
                                                        {"inhibited", "yes"},
                                                        {"unprocessed", "-"},
                                                        {"receiver", "("}}) {
    const Response response = Get(Target("/api/v2/alerts", {{name, value}}));
    EXPECT_EQ(response.status, 400) << value;
    EXPECT_EQ(response.body.front(), '"') << response.body;
  }
}

TEST_F(AlertmanagerApi, PostTakesWhatPrometheusAndAmtoolSend) {
  EXPECT_EQ(RouteOf("POST", "/api/v2/alerts").scope, Scope::kPush);
  const Response response =
      Post(R"([{"labels":{"alertname":"X"},"annotations":{"summary":"s"},)"
           R"("startsAt":"2026-11-21T01:56:42Z","endsAt":"2026-11-21T01:57:24.304092886Z",)"
           R"("generatorURL":"http://vm/graph?g0.expr=up%20%3D%3D+1"},)"
           R"({"labels":{"alertname":"Y"},"startsAt":"0001-01-01T00:00:00.000Z","endsAt":null}])",
           "application/json; charset=utf-8");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  ASSERT_EQ(alerts_.posted_.size(), 2u);
  EXPECT_EQ(alerts_.posted_[0].starts_at_ms, 1'795'226'202'000);
  EXPECT_EQ(alerts_.posted_[0].ends_at_ms, 1'795'226'244'304);
  EXPECT_EQ(alerts_.posted_[0].annotations.Get("summary"), "s");
  EXPECT_EQ(alerts_.posted_[1].starts_at_ms, 0);
  EXPECT_EQ(alerts_.posted_[1].ends_at_ms, 0);
}

TEST_F(AlertmanagerApi, BadPostsHaveTheRecordedAnswers) {
  EXPECT_EQ(Post("[]", "text/plain").body,
            R"({"code":415,"message":"unsupported media type \"text/plain\", only )"
            R"([application/json] are allowed"})");
  EXPECT_EQ(Post("[]", "").status, 415);
  EXPECT_EQ(Post("").body, R"({"code":602,"message":"alerts in body is required"})");
  const struct {
    const char* body;
    int status;
  } cases[] = {
      {"", 422},
      {"{}", 400},
      {"[", 400},
      {"[1]", 400},
      {R"([{}])", 422},
      {R"([{"labels":{"a":1}}])", 400},
      {R"([{"labels":{"a":"b"},"startsAt":"yesterday"}])", 422},
      {R"([{"labels":{"a":"b"},"generatorURL":"not a url %%"}])", 422},
  };
  for (const auto& c : cases) {
    const Response response = Post(c.body);
    EXPECT_EQ(response.status, c.status) << c.body;
    EXPECT_EQ(response.body.find("{\"code\":"), 0u) << response.body;
  }
  EXPECT_TRUE(alerts_.posted_.empty());
}

TEST_F(AlertmanagerApi, TheRoutersReasonsBecomeCodes) {
  alerts_.status_ = base::InvalidArgument("start time must be before end time");
  EXPECT_EQ(Post(R"([{"labels":{"a":"b"}}])").body, R"("start time must be before end time")");
  EXPECT_EQ(Post(R"([{"labels":{"a":"b"}}])").status, 400);
  alerts_.status_ = base::Unavailable("disk is full");
  EXPECT_EQ(Post(R"([{"labels":{"a":"b"}}])").status, 503);
}

TEST_F(AlertmanagerApi, EverythingUnderAlertmanagerIsUnknown) {
  EXPECT_EQ(Get("/alertmanager/api/v2/status").status, 404);
}

TEST(TimeText, ReadsAndWritesRfc3339) {
  const struct {
    const char* text;
    int64_t ms;
  } cases[] = {{"1970-01-01T00:00:00Z", 0},
               {"2000-02-29T23:59:59.999Z", 951'868'799'999},
               {"1969-12-31T23:59:59.5Z", -500},
               {"2026-11-21T03:00:00+01:00", 1'795'226'400'000},
               {"2026-11-21t01:00:00z", 1'795'222'800'000}};
  for (const auto& c : cases) {
    const auto time = api::ParseRfc3339(c.text);
    ASSERT_TRUE(time.has_value()) << c.text;
    EXPECT_EQ(time->ToMillis(), c.ms) << c.text;
  }
  EXPECT_EQ(api::FormatRfc3339(951'868'799'990), "2000-02-29T23:59:59.99Z");
  EXPECT_EQ(api::FormatRfc3339(0), "0001-01-01T00:00:00Z");
  EXPECT_EQ(api::FormatRfc3339Millis(951'868'799'000), "2000-02-29T23:59:59.000Z");
  for (const char* bad : {"", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-11-21",
                          "2026-11-21T24:00:00Z", "2026-11-21T00:00:00", "2026-11-21T00:00:00Zx"}) {
    EXPECT_FALSE(api::ParseRfc3339(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace vedette::test
