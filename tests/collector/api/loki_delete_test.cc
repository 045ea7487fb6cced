#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "api_fixture.h"
#include "collector/api/log_admin.h"

// /loki/api/v1/delete in Loki's shapes: what it takes, what it refuses and with which words.

namespace vedette::test {
namespace {

class FakeLogAdmin final : public api::LogAdmin {
 public:
  base::Status Delete(const std::string& query, int64_t start_ns, int64_t end_ns) override {
    if (full_) return base::ResourceExhausted("too many deletes");
    deletes_.push_back({"1a2b3c4d", query, start_ns, end_ns, 1'795'226'940'123, false});
    return base::Status();
  }
  std::vector<api::LogDelete> Deletes() const override { return deletes_; }
  base::Status CancelDelete(const std::string& id) override {
    if (id != "1a2b3c4d" || deletes_.empty()) return base::NotFound("unknown");
    if (deletes_[0].processed) return base::InvalidArgument("late");
    deletes_.clear();
    return base::Status();
  }
  std::vector<api::LogDelete> deletes_;
  bool full_ = false;
};

class LokiDelete : public ApiTest {
 protected:
  LokiDelete() { api::RegisterLokiDelete(&router_, &admin_, &clock_); }
  base::http::Response Ask(const std::string& method,
                           const std::vector<std::pair<std::string, std::string>>& params) {
    return Call({method, Target("/loki/api/v1/delete", params), {}, ""});
  }
  FakeLogAdmin admin_;
};

TEST_F(LokiDelete, IsTakenListedAndTakenBack) {
  EXPECT_EQ(Ask("GET", {}).body, "[]\n");
  for (const char* method : {"POST", "PUT"}) {
    EXPECT_EQ(Ask(method, {{"query", "{app=\"a\"} |= \"x\""},
                           {"start", "1795226000"},
                           {"end", "2026-11-21T01:56:42.5Z"}})
                  .status,
              204);
  }
  ASSERT_EQ(admin_.deletes_.size(), 2u);
  EXPECT_EQ(admin_.deletes_[0].start_ns, 1'795'226'000'000'000'000);
  admin_.deletes_[0].end_ns = 1'795'226'100'500'000'001;
  admin_.deletes_.resize(1);
  const auto list = Ask("GET", {});
  EXPECT_EQ(list.headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(list.body,
            "[{\"request_id\":\"1a2b3c4d\",\"start_time\":1795226000,\"end_time\":1795226100.5,"
            "\"query\":\"{app=\\\"a\\\"} |= \\\"x\\\"\",\"status\":\"received\","
            "\"created_at\":1795226940.123}]\n");
  EXPECT_EQ(Ask("DELETE", {{"request_id", "nobody"}}).status, 404);
  EXPECT_EQ(Ask("DELETE", {{"request_id", "nobody"}}).body,
            "could not find delete request with given id\n");
  admin_.deletes_[0].processed = true;
  EXPECT_EQ(Ask("DELETE", {{"request_id", "1a2b3c4d"}}).status, 400);
  EXPECT_EQ(Ask("DELETE", {{"request_id", "1a2b3c4d"}}).body,
            "deletion of request which is in process or already processed is not allowed\n");
  admin_.deletes_[0].processed = false;
  EXPECT_EQ(Ask("DELETE", {{"request_id", "1a2b3c4d"}}).status, 204);
}

TEST_F(LokiDelete, WithoutAnEndItEndsNow) {
  EXPECT_EQ(Ask("POST", {{"query", "{app=\"a\"}"}, {"start", "1795226000"}}).status, 204);
  EXPECT_EQ(admin_.deletes_.at(0).end_ns, kNowMs * 1'000'000 + 1);
}

TEST_F(LokiDelete, FromBeforeAllTimesIsFromTheBeginning) {
  const int64_t end_ns = kNowMs * 1'000'000 + 1;
  for (const char* const year : {"0001", "1000", "1500", "1676"}) {
    const std::string start = std::string(year) + "-01-01T00:00:00Z";
    EXPECT_EQ(Ask("POST", {{"query", "{app=\"a\"}"}, {"start", start}}).status, 204) << year;
    EXPECT_EQ(admin_.deletes_.back().start_ns, INT64_MIN / 1'000'000 * 1'000'000) << year;
    EXPECT_EQ(admin_.deletes_.back().end_ns, end_ns) << year;
  }
  EXPECT_EQ(Ask("POST", {{"query", "{app=\"a\"}"}, {"start", "9999-01-01T00:00:00Z"}}).status, 400);
  EXPECT_NE(Ask("GET", {}).body.find("\"start_time\":-9223372036.854"), std::string::npos)
      << Ask("GET", {}).body;
}

TEST_F(LokiDelete, WhatLokiRefusesIsRefusedInItsWords) {
  struct Case {
    std::vector<std::pair<std::string, std::string>> params;
    std::string body;
  };
  const std::pair<std::string, std::string> query{"query", "{app=\"a\"}"};
  const std::pair<std::string, std::string> filtered{"query", "{app=\"a\"} |= \"x\""};
  const std::pair<std::string, std::string> start{"start", "1795226000"};
  const std::vector<Case> cases = {
      {{start}, "query not set\n"},
      {{query}, "start time not set\n"},
      {{query, {"start", "yesterday"}},
       "invalid start time: require unix seconds or RFC3339 format\n"},
      {{query, {"start", "1795226000000"}},
       "invalid start time: require unix seconds or RFC3339 format\n"},
      {{query, start, {"end", "x"}}, "invalid end time: require unix seconds or RFC3339 format\n"},
      {{query, start, {"end", "1995226000"}}, "deletes in the future are not allowed\n"},
      {{query, start, {"end", "1795225999"}}, "start time can't be greater than end time\n"},
      {{filtered, start, {"end", "1795226000"}},
       "difference between start time and end time must be at least one second\n"},
      {{filtered, start, {"max_interval", "soon"}},
       "invalid max_interval: valid time units are 's', 'm', 'h'\n"},
      {{filtered, start, {"end", "1795226060"}, {"max_interval", "1h"}},
       "max_interval can't be greater than the interval to be deleted\n"},
      {{{"query", "rate({app=\"a\"}[1m])"}, start},
       "invalid query expression: only log selector is supported\n"},
  };
  for (const Case& c : cases) {
    const auto response = Ask("POST", c.params);
    EXPECT_EQ(response.status, 400) << c.body;
    EXPECT_EQ(response.body, c.body);
  }
  const auto broken = Ask("POST", {{"query", "{app="}, start});
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.body.find("invalid query expression: parse error"), 0u) << broken.body;
  EXPECT_TRUE(admin_.deletes_.empty());
  admin_.full_ = true;
  EXPECT_EQ(Ask("POST", {query, start}).status, 429);
}

class LokiDeleteOff : public ApiTest {
 protected:
  LokiDeleteOff() { api::RegisterLokiDelete(&router_, nullptr, &clock_); }
};

TEST_F(LokiDeleteOff, ThereIsNoSuchPage) {
  const auto response = Get("/loki/api/v1/delete");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "404 page not found\n");
}

TEST_F(LokiDelete, IsForAdministratorsAlone) {
  for (const char* method : {"POST", "PUT", "GET", "DELETE"}) {
    EXPECT_EQ(RouteOf(method, "/loki/api/v1/delete").scope, base::http::Scope::kAdmin) << method;
  }
}

}  // namespace
}  // namespace vedette::test
