#include "announcer/announcer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <ctime>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "tests/support/capture_logger.h"

namespace vedette::announcer {
namespace {

using std::chrono::seconds;

// Answers as told and keeps what came.
class Script {
 public:
  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& request) {
    const base::MutexLock lock(mutex_);
    requests_.push_back(request);
    if (status_ == 0) return base::Unavailable("connection refused");
    base::http::Response response = base::http::Response::Json(status_, body_);
    if (!retry_after_.empty()) response.headers.Set("Retry-After", retry_after_);
    return response;
  }
  void Answer(int status, std::string body = "{}", std::string retry_after = "") {
    const base::MutexLock lock(mutex_);
    status_ = status;
    body_ = std::move(body);
    retry_after_ = std::move(retry_after);
  }
  std::vector<base::http::ClientRequest> requests() const {
    const base::MutexLock lock(mutex_);
    return requests_;
  }

 private:
  mutable base::Mutex mutex_;
  std::vector<base::http::ClientRequest> requests_ VEDETTE_GUARDED_BY(mutex_);
  int status_ VEDETTE_GUARDED_BY(mutex_) = 200;
  std::string body_ VEDETTE_GUARDED_BY(mutex_) = "{}";
  std::string retry_after_ VEDETTE_GUARDED_BY(mutex_);
};

class ScriptClient final : public base::http::Client {
 public:
  explicit ScriptClient(Script* script) : script_(script) {}
  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& request) override {
    return script_->Send(request);
  }

 private:
  Script* const script_;
};

// Passes over sleeps as far as it was told to run.
class RunningClock final : public base::Clock {
 public:
  int64_t WallNanos() const override { return MonotonicNanos(); }
  int64_t MonotonicNanos() const override {
    const std::lock_guard lock(mutex_);
    return now_ns_;
  }
  bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    wake_ns_ = now_ns_ + duration.count();
    changed_.notify_all();
    if (!changed_.wait(lock, stop, [this] { return wake_ns_ <= end_ns_; })) return false;
    now_ns_ = wake_ns_;
    return true;
  }
  // Returns once the sleeper would sleep beyond that.
  void RunFor(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    end_ns_ += time.count();
    changed_.notify_all();
    changed_.wait(lock, [this] { return wake_ns_ > end_ns_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  int64_t now_ns_ = 0;
  int64_t end_ns_ = 0;
  int64_t wake_ns_ = 0;
};

std::string HttpDate(int64_t ms) {
  const std::time_t since_epoch = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&since_epoch, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

class AnnouncerTest : public ::testing::Test {
 protected:
  void Start() {
    Announcer::Options options;
    options.url = "http://collector:3100";
    options.http.follow_redirects = false;
    options.announcement.id = std::string(32, 'a');
    options.announcement.key = base::Secret(std::string(64, 'c'));
    options.announcement.host = "web1";
    options.pages = [] { return std::vector<model::AnnouncedPage>{{"node", 9100}}; };
    options.fs = fs_.get();
    options.clock = &clock_;
    options.logger = &logger_;
    options.telemetry = &telemetry_;
    options.new_client = [this](const base::http::TlsClientOptions&) {
      return std::make_unique<ScriptClient>(&script_);
    };
    announcer_ = std::make_unique<Announcer>(std::move(options));
    clock_.RunFor(seconds(0));
  }
  // How often it posts while this much time passes.
  size_t PostsIn(seconds time) {
    const size_t before = script_.requests().size();
    clock_.RunFor(time);
    return script_.requests().size() - before;
  }

  RunningClock clock_;
  test::CaptureLogger logger_;
  base::Telemetry telemetry_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  Script script_;
  std::unique_ptr<Announcer> announcer_;
};

TEST_F(AnnouncerTest, PostsAtOnceAndThenEachHalfMinute) {
  Start();
  ASSERT_EQ(script_.requests().size(), 1u);
  const base::http::ClientRequest request = script_.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://collector:3100/api/v1/agents");
  EXPECT_EQ(request.headers.Get("Content-Type"), "application/json");
  const auto said = model::ParseAnnouncement(request.body);
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->host, "web1");
  EXPECT_EQ(said->pages.size(), 1u);
  const size_t posts = PostsIn(seconds(300));
  EXPECT_GE(posts, 10u);
  EXPECT_LE(posts, 11u);
  EXPECT_EQ(logger_.Count("the collector knows this host"), 1);
}

TEST_F(AnnouncerTest, SaysEachChangeOfTheOutcomeOnce) {
  script_.Answer(409, R"({"status":"error","error":"heard 1s ago"})");
  Start();
  PostsIn(seconds(60));
  script_.Answer(409, R"({"status":"error","error":"heard 2s ago"})");
  PostsIn(seconds(60));
  EXPECT_EQ(logger_.Count("does not listen"), 1);
  EXPECT_EQ(logger_.Count("heard 1s ago"), 1);
  script_.Answer(200);
  PostsIn(seconds(60));
  EXPECT_EQ(logger_.Count("the collector knows this host"), 1);
  script_.Answer(403, "no JSON\nat all");
  PostsIn(seconds(60));
  EXPECT_EQ(logger_.Count("HTTP 403: no JSON"), 1);
  EXPECT_EQ(logger_.Lines().size(), 3u);
  script_.Answer(403, R"({"status":"error","error":"the key is another's"})");
  PostsIn(seconds(60));
  EXPECT_EQ(logger_.Count("the key is another's"), 1) << "a new reason is said";
}

TEST_F(AnnouncerTest, ComesBackSoonFromACollectorThatWasAway) {
  script_.Answer(0);
  Start();
  const size_t posts = PostsIn(seconds(30));  // after about 1, 2, 4, 8, 16 s
  EXPECT_GE(posts, 4u);
  EXPECT_LE(posts, 6u);
  PostsIn(seconds(120));
  EXPECT_LE(PostsIn(seconds(300)), 11u);
  EXPECT_EQ(logger_.Count("connection refused"), 1);
  script_.Answer(200);
  EXPECT_GE(PostsIn(seconds(31)), 1u);
}

TEST_F(AnnouncerTest, HonoursRetryAfterWithinReason) {
  script_.Answer(429, "{}", "120");
  Start();
  EXPECT_EQ(PostsIn(seconds(100)), 0u);
  script_.Answer(429, "{}", HttpDate(200'000));
  EXPECT_EQ(PostsIn(seconds(25)), 1u) << "the one that brings the date";
  EXPECT_EQ(PostsIn(seconds(60)), 0u);
  script_.Answer(429, "{}", "99999999");
  EXPECT_EQ(PostsIn(seconds(20)), 1u);
  EXPECT_GE(PostsIn(seconds(301)), 1u);
}

// After two minutes the collector would take the host for silent.
TEST_F(AnnouncerTest, AServerThatIsDownForAMomentIsNotWaitedForInMinutes) {
  script_.Answer(503, "{}", "300");
  Start();
  EXPECT_EQ(PostsIn(seconds(20)), 0u);
  EXPECT_GE(PostsIn(seconds(20)), 1u);
}

TEST_F(AnnouncerTest, AsksSeldomWhereNobodyTakesAnnouncements) {
  script_.Answer(404, "404 page not found\n");
  Start();
  EXPECT_EQ(PostsIn(seconds(260)), 0u);
  EXPECT_EQ(PostsIn(seconds(50)), 1u);
  EXPECT_EQ(logger_.Count("takes no announcements"), 1);
  EXPECT_EQ(logger_.Count("level=warn"), 0);
}

TEST_F(AnnouncerTest, FollowsNoRedirect) {
  script_.Answer(302);
  Start();
  EXPECT_EQ(script_.requests().size(), 1u);
  EXPECT_EQ(logger_.Count("HTTP 302"), 1);
}

TEST_F(AnnouncerTest, TheKeyIsInNoMessage) {
  script_.Answer(400, "echo " + std::string(10, 'x'));
  Start();
  EXPECT_EQ(logger_.Count(std::string(64, 'c')), 0);
}

}  // namespace
}  // namespace vedette::announcer
