#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/telemetry.h"
#include "collector/api/agents_view.h"
#include "tests/collector/api/api_fixture.h"

namespace vedette::test {
namespace {

using base::http::Response;
using base::http::Scope;

class OneAgent final : public api::AgentsView {
 public:
  base::Status Announce(const model::Announcement& announcement, const std::string& peer) override {
    announced_.push_back(announcement.host + " from " + peer);
    return status_;
  }
  base::Status Check(const model::Announcement&, const std::string&) const override {
    return status_;
  }
  std::vector<api::AnnouncedHostInfo> Hosts() const override {
    api::AnnouncedHostInfo host;
    host.host = "web1";
    host.id = "0a";
    host.address = host.peer = "10.0.0.1";
    host.pages = {{"redis", 9100, "/metrics/redis", true}};
    host.labels = {{"rack", "a"}};
    host.silent_seconds = 1.5;
    host.heard_ms = kHeardMs;
    return {host};
  }
  std::vector<api::RefusedAgentInfo> Refused() const override {
    return {{"web1", "0b", "10.0.0.2", "taken", 3, kHeardMs}};
  }
  base::Status Forget(const std::string& host) override {
    done_.push_back("forget " + host);
    return status_;
  }
  base::Status Release(const std::string& host) override {
    done_.push_back("release " + host);
    return status_;
  }

  static constexpr int64_t kHeardMs = 1'795'226'158'000;
  std::vector<std::string> announced_;
  std::vector<std::string> done_;
  base::Status status_;
};

class OneHostsTargets final : public api::TargetsView {
 public:
  std::vector<api::PoolInfo> Pools() const override { return {}; }
  std::optional<std::vector<model::Relabeler>> RelabelRules(std::string_view) const override {
    return std::nullopt;
  }
  std::vector<api::TargetInfo> Active() const override {
    api::TargetInfo target;
    target.pool = "node";
    target.url = "http://10.0.0.1:9100/metrics";
    target.health = "down";
    target.last_error = "connection refused";
    target.discovered = model::Labels{{"__meta_agent_id", std::string(32, 'a')}};
    api::TargetInfo other = target;
    other.url = "http://other";
    other.discovered = model::Labels{{"__meta_agent_id", std::string(32, 'b')}};
    return {other, target};
  }
  std::vector<api::DroppedTargetInfo> Dropped() const override { return {}; }
  std::vector<api::MetadataInfo> Metadata() const override { return {}; }
};

class AgentsApi : public ApiTest {
 protected:
  AgentsApi() { api::RegisterAgents(&router_, {&agents_, &targets_, &telemetry_}); }
  Response Post(const std::string& body, const std::string& query = "",
                const std::string& type = "application/json; charset=utf-8") {
    Ask ask{"POST", "/api/v1/agents" + query, {}, body};
    ask.headers.Set("Content-Type", type);
    return Call(ask);
  }

  const std::string good_ = R"({"host":"web1","id":")" + std::string(32, 'a') + R"(","key":")" +
                            std::string(64, 'c') + "\"}";
  OneAgent agents_;
  OneHostsTargets targets_;
  base::Telemetry telemetry_;
};

TEST_F(AgentsApi, PushersAnnounceReadersLookAdminsDecide) {
  EXPECT_EQ(RouteOf("POST", "/api/v1/agents").scope, Scope::kPush);
  EXPECT_EQ(RouteOf("GET", "/api/v1/agents").scope, Scope::kRead);
  EXPECT_EQ(RouteOf("DELETE", "/api/v1/agents/web1").scope, Scope::kAdmin);
  EXPECT_EQ(RouteOf("PUT", "/api/v1/agents/web1/release").scope, Scope::kAdmin);
}

TEST_F(AgentsApi, AnAnnouncementIsTakenWithWhereItCameFrom) {
  const Response response = Post(good_);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"success","data":{"host":"web1"}})");
  ASSERT_EQ(agents_.announced_.size(), 1u);
  EXPECT_EQ(agents_.announced_[0].substr(0, 10), "web1 from ");
}

TEST_F(AgentsApi, ACheckTakesNothingAndShowsTheAgentItsOwnTargets) {
  const Response response = Post(good_, "?check=true");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(agents_.announced_.empty());
  EXPECT_EQ(response.body,
            R"({"status":"success","data":{"host":"web1","targets":[{"scrapePool":"node",)"
            R"("scrapeUrl":"http://10.0.0.1:9100/metrics","health":"down",)"
            R"("lastError":"connection refused"}]}})");
}

TEST_F(AgentsApi, EachReasonHasItsStatus) {
  for (const auto& [code, status] :
       std::vector<std::pair<absl::StatusCode, int>>{{absl::StatusCode::kInvalidArgument, 400},
                                                     {absl::StatusCode::kPermissionDenied, 403},
                                                     {absl::StatusCode::kAlreadyExists, 409},
                                                     {absl::StatusCode::kResourceExhausted, 429},
                                                     {absl::StatusCode::kUnavailable, 503},
                                                     {absl::StatusCode::kInternal, 503}}) {
    agents_.status_ = base::Status(code, "why not");
    const Response response = Post(good_);
    EXPECT_EQ(response.status, status);
    EXPECT_NE(response.body.find("\"error\":\"why not\""), std::string::npos) << response.body;
    EXPECT_EQ(response.headers.Has("Retry-After"), status == 429 || status == 503);
  }
}

TEST_F(AgentsApi, WhatIsNoAnnouncementReachesNobody) {
  EXPECT_EQ(Post("").status, 400);
  EXPECT_EQ(Post("{\"host\":\"a\\u0001b\"}").status, 400);
  EXPECT_EQ(Post(std::string(70'000, ' ')).status, 413);
  // What a form of some web page could send.
  EXPECT_EQ(Post(good_, "", "text/plain").status, 415);
  EXPECT_EQ(Post(good_, "", "").status, 415);
  EXPECT_TRUE(agents_.announced_.empty());
}

TEST_F(AgentsApi, TheListHasHostsAndWhoWasRefused) {
  EXPECT_EQ(Get("/api/v1/agents").body,
            R"({"status":"success","data":{"hosts":[{"host":"web1","id":"0a","address":"10.0.0.1",)"
            R"("peer":"10.0.0.1","pages":[{"job":"redis","port":9100,"path":"/metrics/redis",)"
            R"("scheme":"https"}],"labels":{"rack":"a"},"sends":false,"released":false,)"
            R"("silent":false,"silentSeconds":1.5,"firstHeard":"0001-01-01T00:00:00Z",)"
            R"("lastHeard":"2026-11-21T01:55:58Z"}],"refused":[{"host":"web1","id":"0b",)"
            R"("peer":"10.0.0.2","reason":"taken","count":3,"last":"2026-11-21T01:55:58Z"}]}})");
}

TEST_F(AgentsApi, HostsAreForgottenAndReleasedByName) {
  EXPECT_EQ(Call({"DELETE", "/api/v1/agents/web%2E1", {}, ""}).status, 204);
  EXPECT_EQ(Call({"PUT", "/api/v1/agents/web1/release", {}, ""}).status, 204);
  EXPECT_EQ(agents_.done_, (std::vector<std::string>{"forget web.1", "release web1"}));
  agents_.status_ = base::NotFound("no host");
  EXPECT_EQ(Call({"DELETE", "/api/v1/agents/x", {}, ""}).status, 404);
}

}  // namespace
}  // namespace vedette::test
