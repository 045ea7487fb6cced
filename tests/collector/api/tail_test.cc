#include "collector/api/tail.h"

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "collector/api/tail_hub.h"
#include "tests/collector/api/loki_fixture.h"

namespace vedette::test {
namespace {

using base::http::Response;
using base::http::WebSocket;

// Keeps what it is sent; refuses when told to.
class FakeSocket final : public WebSocket {
 public:
  bool Send(std::string_view text) override {
    if (refuses_) return false;
    frames_.emplace_back(text);
    return true;
  }
  void Close(uint16_t code, std::string_view reason) override {
    closed_ = true;
    reason_ = std::to_string(code) + " " + std::string(reason);
  }
  bool closed() const override { return closed_; }

  std::vector<std::string> frames_;
  std::string reason_;
  bool refuses_ = false;
  bool closed_ = false;
};

class PassingSink final : public model::LogSink {
 public:
  void Push(model::LogPush push, std::function<void(const base::Status&)> done) override {
    ++pushes_;
    if (push.left_out) *push.left_out = left_out_;
    done(status_);
  }
  int pushes_ = 0;
  base::Status status_;
  std::vector<size_t> left_out_;
};

constexpr int64_t kSecondNs = 1'000'000'000;

class Tails : public LokiApi {
 protected:
  Tails() : hub_(&sink_, &clock_) {
    api::LokiQueryDeps query;
    query.engine = &engine_;
    query.clock = &clock_;
    api::RegisterLokiTail(&router_, {&hub_, query});
  }
  static api::TailQuery Query(const std::string& query) {
    api::TailQuery tail;
    tail.query = query;
    tail.matchers = {*model::Matcher::Make(model::MatchType::kEqual, "app", "g1")};
    return tail;
  }
  static model::LogPush Push(const std::string& app,
                             std::vector<std::pair<int64_t, std::string>> lines) {
    model::LogPush push;
    push.streams.push_back({model::Labels{{"app", app}}, {}});
    for (auto& [time, line] : lines) push.streams[0].entries.push_back({time, std::move(line), {}});
    return push;
  }
  void Take(model::LogPush push) {
    hub_.Push(std::move(push), [](const base::Status&) {});
  }
  Response Ask(const std::string& target, bool as_socket = true) {
    ApiTest::Ask ask{"GET", target, {}, ""};
    if (as_socket) {
      ask.headers.Set("Connection", "Upgrade");
      ask.headers.Set("Upgrade", "websocket");
      ask.headers.Set("Sec-WebSocket-Version", "13");
      ask.headers.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    return Call(ask);
  }
  int64_t Now() const { return clock_.MonotonicNanos(); }

  PassingSink sink_;
  api::TailHub hub_;
  std::shared_ptr<FakeSocket> socket_ = std::make_shared<FakeSocket>();
};

TEST_F(Tails, LinesThatMatchComeInTimeOrderAndOthersDoNot) {
  const auto tail = hub_.Open(Query("{app=\"g1\"} |= \"x\""));
  tail->Begin(socket_, {}, 0);
  Take(Push("g1", {{2, "x2"}, {3, "y"}, {1, "x1"}}));
  Take(Push("g2", {{2, "x"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_,
            std::vector<std::string>{
                R"({"streams":[{"stream":{"app":"g1"},"values":[["1","x1"],["2","x2"]]}]})"});
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_.size(), 1u);
  EXPECT_EQ(sink_.pushes_, 2);
}

TEST_F(Tails, WhatTheStoreDidNotTakeIsNotShown) {
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  tail->Begin(socket_, {}, 0);
  sink_.status_ = base::Unavailable("disk is full");
  Take(Push("g1", {{1, "x"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_TRUE(socket_->frames_.empty());
}

TEST_F(Tails, WhatComesAgainIsShownOnce) {
  const auto tail = hub_.Open(Query("{app=\"g1\"} | line_format \"same\""));
  tail->Begin(socket_, {}, 0);
  Take(Push("g1", {{1, "a"}, {1, "b"}}));
  Take(Push("g1", {{1, "a"}, {2, "a"}}));  // sent again after a lost answer
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_,
            std::vector<std::string>{R"({"streams":[{"stream":{"app":"g1"},"values":)"
                                     R"([["1","same"],["1","same"],["2","same"]]}]})"});
  Take(Push("g1", {{2, "a"}, {1, "b"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_.size(), 1u);
}

TEST_F(Tails, EqualLinesOfASourceAreLinesOfTheirOwn) {
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  tail->Begin(socket_, {}, 0);
  model::LogPush push = Push("g1", {{1, "a"}, {1, "a"}});
  push.sources = {{"journal:m:s", {1, 2}}};
  Take(std::move(push));
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_,
            std::vector<std::string>{
                R"({"streams":[{"stream":{"app":"g1"},"values":[["1","a"],["1","a"]]}]})"});
}

TEST_F(Tails, WhatTheStoreLeftOutIsNotShown) {
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  tail->Begin(socket_, {}, 0);
  sink_.left_out_ = {0, 3, 4};
  model::LogPush push = Push("other", {{1, "left out"}, {1, "not followed"}});
  push.streams.push_back(Push("g1", {{1, "new"}, {2, "marked"}}).streams[0]);
  push.streams.push_back(Push("g1", {{3, "marked"}, {4, "new too"}}).streams[0]);
  Take(std::move(push));
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_,
            std::vector<std::string>{
                R"({"streams":[{"stream":{"app":"g1"},"values":[["1","new"],["4","new too"]]}]})"});
}

TEST_F(Tails, LinesWaitForOlderOnesAsLongAsAsked) {
  api::TailQuery query = Query("{app=\"g1\"}");
  query.delay_ns = kSecondNs;
  const auto tail = hub_.Open(query);
  tail->Begin(socket_, {}, 0);
  Take(Push("g1", {{5, "later"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_TRUE(socket_->frames_.empty());
  Take(Push("g1", {{4, "sooner"}}));
  EXPECT_TRUE(tail->Deliver(Now() + kSecondNs));
  EXPECT_EQ(
      socket_->frames_,
      std::vector<std::string>{
          R"({"streams":[{"stream":{"app":"g1"},"values":[["4","sooner"],["5","later"]]}]})"});
}

TEST_F(Tails, WhatWasThereBeforeIsSentOnce) {
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  Take(Push("g1", {{1, "seen"}, {2, "new"}}));
  logql::ResultLine seen;
  seen.timestamp_ns = 1;
  seen.line = "seen";
  seen.stream = model::Labels{{"app", "g1"}};
  tail->Begin(socket_, {seen}, Now());
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_,
            (std::vector<std::string>{
                R"({"streams":[{"stream":{"app":"g1"},"values":[["1","seen"]]}]})",
                R"({"streams":[{"stream":{"app":"g1"},"values":[["2","new"]]}]})"}));
}

TEST_F(Tails, FramesHoldAsManyLinesAsAsked) {
  api::TailQuery query = Query("{app=\"g1\"}");
  query.limit = 2;
  query.encoding = api::ParseLokiEncoding("categorize-labels");
  const auto tail = hub_.Open(query);
  tail->Begin(socket_, {}, 0);
  Take(Push("g1", {{1, "a"}, {2, "b"}, {3, "c"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  ASSERT_EQ(socket_->frames_.size(), 2u);
  EXPECT_EQ(socket_->frames_[1], R"({"streams":[{"stream":{"app":"g1"},"values":[["3","c",{}]]}],)"
                                 R"("encodingFlags":["categorize-labels"]})");
}

TEST_F(Tails, FramesAreCutByBytes) {
  api::TailQuery query = Query("{app=\"g1\"}");
  query.limit = 5000;
  const auto tail = hub_.Open(query);
  logql::Lines history(1200);
  for (size_t i = 0; i < history.size(); ++i) {
    history[i].timestamp_ns = static_cast<int64_t>(i);
    history[i].line = std::string(1 << 10, 'x');
  }
  tail->Begin(socket_, history, 0);
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(socket_->frames_.size(), 3u);
  for (const std::string& frame : socket_->frames_) EXPECT_LT(frame.size(), 600'000u);
}

// Of what was there before nothing is dropped because it is much.
TEST_F(Tails, ASlowClientGetsItsHistoryLater) {
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  logql::Lines history(1);
  history[0].line = "before";
  tail->Begin(socket_, history, 0);
  socket_->refuses_ = true;
  EXPECT_TRUE(tail->Deliver(Now()));
  Take(Push("g1", {{2, "after"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  socket_->refuses_ = false;
  EXPECT_TRUE(tail->Deliver(Now()));
  ASSERT_EQ(socket_->frames_.size(), 2u);
  EXPECT_NE(socket_->frames_[0].find("before"), std::string::npos);
  EXPECT_NE(socket_->frames_[1].find("after"), std::string::npos);
}

TEST_F(Tails, WhatASlowClientMissesIsToldInTheNextFrame) {
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  tail->Begin(socket_, {}, 0);
  socket_->refuses_ = true;
  Take(Push("g1", {{1, "a"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  socket_->refuses_ = false;
  Take(Push("g1", {{2, "b"}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  EXPECT_EQ(
      socket_->frames_,
      std::vector<std::string>{R"({"streams":[{"stream":{"app":"g1"},"values":[["2","b"]]}],)"
                               R"("dropped_entries":[{"labels":{"app":"g1"},"timestamp":"1"}]})"});
}

TEST_F(Tails, WhatWaitsIsBounded) {
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  tail->Begin(socket_, {}, 0);
  Take(Push("g1", {{1, std::string(api::Tail::kMaxWaitingBytes / 2, 'x')}}));
  Take(Push("g1", {{2, std::string(api::Tail::kMaxWaitingBytes / 2, 'y')}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  ASSERT_EQ(socket_->frames_.size(), 1u);
  EXPECT_EQ(socket_->frames_[0].find('y'), std::string::npos);
  EXPECT_NE(
      socket_->frames_[0].find(R"("dropped_entries":[{"labels":{"app":"g1"},"timestamp":"2"}])"),
      std::string::npos);
}

TEST_F(Tails, TogetherTheyHoldNoMoreThanSoMuch) {
  constexpr size_t kPush = api::Tail::kMaxWaitingBytes - 1000;
  std::vector<std::shared_ptr<api::Tail>> tails;
  for (size_t i = 0; i < api::TailHub::kMaxTails; ++i) {
    tails.push_back(hub_.Open(Query("{app=\"g1\"}")));
    auto socket = std::make_shared<FakeSocket>();
    tails.back()->Begin(socket, {}, 0);
  }
  Take(Push("g1", {{1, std::string(kPush, 'x')}}));
  // Some were dropped, of others there is one; when they are gone there is room again.
  tails.clear();
  const auto tail = hub_.Open(Query("{app=\"g1\"}"));
  tail->Begin(socket_, {}, 0);
  Take(Push("g1", {{1, std::string(kPush, 'x')}}));
  EXPECT_TRUE(tail->Deliver(Now()));
  ASSERT_EQ(socket_->frames_.size(), 1u);
  EXPECT_EQ(socket_->frames_[0].find("dropped"), std::string::npos);
}

TEST_F(Tails, OfWhatWasThereBeforeTheNewestIsEnough) {
  logs_.lines_.clear();
  for (int i = 0; i < 10; ++i) {
    logs_.lines_.push_back(
        {kLokiT + i, std::string(api::Tail::kMaxHistoryBytes / 4, static_cast<char>('a' + i)), 0,
         0});
  }
  const Response response = Ask(
      Target("/loki/api/v1/tail", {{"query", "{app=\"g1\"}"}, {"start", std::to_string(kLokiT)}}));
  response.opened(socket_);
  hub_.DeliverAll();
  std::string all;
  for (const std::string& frame : socket_->frames_) all += frame;
  EXPECT_LT(all.size(), 2 * api::Tail::kMaxHistoryBytes);
  EXPECT_NE(all.find("jjj"), std::string::npos);
  EXPECT_EQ(all.find("aaa"), std::string::npos);
}

TEST_F(Tails, AClientThatIsGoneIsLetGo) {
  auto tail = hub_.Open(Query("{app=\"g1\"}"));
  tail->Begin(socket_, {}, 0);
  socket_->closed_ = true;
  EXPECT_FALSE(tail->Deliver(Now()));
}

TEST_F(Tails, ThereAreNoMoreThanSoMany) {
  std::vector<std::shared_ptr<api::Tail>> tails;
  while (auto tail = hub_.Open(Query("{app=\"g1\"}"))) tails.push_back(std::move(tail));
  EXPECT_EQ(tails.size(), api::TailHub::kMaxTails);
  const Response full = Ask(Target("/loki/api/v1/tail", {{"query", "{app=\"g1\"}"}}));
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(full.body, "max concurrent tail requests limit exceeded, count > limit (33 > 32)");
  tails.pop_back();
  EXPECT_NE(hub_.Open(Query("{app=\"g1\"}")), nullptr);
}

TEST_F(Tails, TheHandshakeBringsTheNewestLinesThere) {
  logs_.lines_ = {{kLokiT, "a", 0, 0}, {kLokiT + 1, "b", 0, 0}, {kLokiT + 2, "c", 0, 1}};
  const Response response =
      Ask(Target("/loki/api/v1/tail",
                 {{"query", "{app=\"g1\"}"}, {"limit", "2"}, {"start", std::to_string(kLokiT)}}));
  EXPECT_EQ(response.status, 101);
  ASSERT_NE(response.opened, nullptr);
  response.opened(socket_);
  hub_.DeliverAll();
  EXPECT_EQ(
      socket_->frames_,
      std::vector<std::string>{
          R"({"streams":[{"stream":{"app":"g1"},"values":[["1795226940000000001","b"]]},)"
          R"({"stream":{"app":"g1","trace_id":"t1"},"values":[["1795226940000000002","c"]]}]})"});
}

TEST_F(Tails, BadRequestsArePlainText) {
  const struct {
    std::vector<std::pair<std::string, std::string>> params;
    const char* text;
  } cases[] = {
      {{{"query", "{app="}}, "parse error at line 1"},
      {{{"query", "rate({app=\"g1\"}[1m])"}}, "only log queries can be followed"},
      {{{"query", "{app=\"g1\"}"}, {"delay_for", "6"}},
       "delay_for: found \"6\"; allowed are whole seconds from 0 to 5"},
      {{{"query", "{app=\"g1\"}"}, {"limit", "0"}}, "limit: found \"0\""},
      {{{"query", "{app=\"g1\"}"}, {"start", "x"}}, "cannot parse \"x\" as a time"},
  };
  for (const auto& c : cases) {
    const Response response = Ask(Target("/loki/api/v1/tail", c.params));
    EXPECT_EQ(response.status, 400);
    EXPECT_NE(response.body.find(c.text), std::string::npos) << response.body;
  }
  EXPECT_EQ(Ask("/loki/api/v1/tail?query=x", /*as_socket=*/false).body, "Bad Request\n");
}

}  // namespace
}  // namespace vedette::test
