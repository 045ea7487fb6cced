#include "exporters/runtime/exposer.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/strings.h"
#include "tests/exporters/runtime/gate.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"

namespace vedette::exporters {
namespace {

class One final : public Collector {
 public:
  explicit One(base::Status status, std::string name) : status_(status), name_(std::move(name)) {}
  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    sink->Gauge(name_, "A number.").Add(1);
    seconds_left = (scrape.deadline_mono_ns - scrape.clock->MonotonicNanos()) / 1'000'000'000;
    return status_;
  }
  base::Status status_;
  int64_t seconds_left = 0;

 private:
  const std::string name_;
};

class ExposerTest : public ::testing::Test {
 protected:
  void Make(std::vector<CollectorSet::Member> members, int max_requests = 40) {
    CollectorSet::Options set;
    set.prefix = "x";
    set.program = "x_exporter";
    set.members = std::move(members);
    set.clock = &clock_;
    set.logger = &logger_;
    set_ = std::make_unique<CollectorSet>(std::move(set));
    Exposer::Options options;
    options.title = "X <Exporter>";
    options.version = "1";
    options.collectors = set_.get();
    options.known_collectors = {"a", "b", "off"};
    options.max_requests = max_requests;
    options.clock = &clock_;
    exposer_ = std::make_unique<Exposer>(std::move(options));
  }

  void MakeAB() {
    std::vector<CollectorSet::Member> members;
    auto a = std::make_unique<One>(base::Status(), "x_a");
    a_ = a.get();
    members.push_back({"a", std::move(a)});
    members.push_back({"b", std::make_unique<One>(base::Internal("broken"), "x_b")});
    Make(std::move(members));
  }

  base::http::Response Get(std::string_view path, std::string_view query = "",
                           std::string_view accept = "", std::string_view timeout = "") {
    base::http::Request request;
    request.method = "GET";
    request.path = path;
    request.query = base::http::Params::Parse(query);
    if (!accept.empty()) request.headers.Set("Accept", accept);
    if (!timeout.empty()) request.headers.Set("X-Prometheus-Scrape-Timeout-Seconds", timeout);
    return exposer_->Handle(request);
  }

  test::FakeClock clock_;
  test::CaptureLogger logger_;
  std::unique_ptr<CollectorSet> set_;
  std::unique_ptr<Exposer> exposer_;
  One* a_ = nullptr;
};

TEST_F(ExposerTest, PageIsSortedAndTellsOfEachCollector) {
  MakeAB();
  const auto response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.body,
      "# HELP x_a A number.\n# TYPE x_a gauge\nx_a 1\n"
      "# HELP x_b A number.\n# TYPE x_b gauge\nx_b 1\n"
      "# HELP x_scrape_collector_duration_seconds x_exporter: Duration of a collector scrape.\n"
      "# TYPE x_scrape_collector_duration_seconds gauge\n"
      "x_scrape_collector_duration_seconds{collector=\"a\"} 0\n"
      "x_scrape_collector_duration_seconds{collector=\"b\"} 0\n"
      "# HELP x_scrape_collector_success x_exporter: Whether a collector succeeded.\n"
      "# TYPE x_scrape_collector_success gauge\n"
      "x_scrape_collector_success{collector=\"a\"} 1\n"
      "x_scrape_collector_success{collector=\"b\"} 0\n");
}

TEST_F(ExposerTest, FailureIsLoggedWhenItBeginsAndWhenItEnds) {
  MakeAB();
  Get("/metrics");
  Get("/metrics");
  EXPECT_EQ(logger_.Count("collector fails"), 1);
  a_->status_ = NoData("nothing there");
  EXPECT_NE(Get("/metrics").body.find("success{collector=\"a\"} 0"), std::string::npos);
  EXPECT_EQ(logger_.Count("collector fails"), 1) << "no data is no failure";
  a_->status_ = base::Internal("x");
  Get("/metrics");
  a_->status_ = base::Status();
  Get("/metrics");
  EXPECT_EQ(logger_.Count("collector works again"), 1);
}

TEST_F(ExposerTest, CollectAndExcludeNarrowThePage) {
  MakeAB();
  struct {
    const char* query;
    int status;
    bool has_a;
    bool has_b;
    const char* text;
  } const cases[] = {
      {"", 200, true, true, ""},
      {"collect[]=a", 200, true, false, ""},
      {"collect%5B%5D=a&collect[]=b", 200, true, true, ""},
      {"exclude[]=a", 200, false, true, ""},
      {"exclude[]=nobody", 200, true, true, ""},
      {"collect[]=a&exclude[]=b", 400, false, false,
       "Combined collect and exclude queries are not allowed."},
      {"collect[]=nobody", 400, false, false, "missing collector: nobody"},
      {"collect[]=a&collect[]=off", 400, false, false, "disabled collector: off"},
      {"collect[]=", 400, false, false, "missing collector: "},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.query);
    const auto response = Get("/metrics", c.query);
    EXPECT_EQ(response.status, c.status);
    EXPECT_EQ(response.body.find("\nx_a 1") != std::string::npos, c.has_a);
    EXPECT_EQ(response.body.find("\nx_b 1") != std::string::npos, c.has_b);
    EXPECT_NE(response.body.find(c.text), std::string::npos) << response.body;
  }
}

TEST_F(ExposerTest, AcceptChoosesTheFormat) {
  MakeAB();
  EXPECT_EQ(Get("/metrics").headers.Get("Content-Type").substr(0, 25), "text/plain; version=0.0.4");
  const auto open = Get("/metrics", "", "application/openmetrics-text;version=1.0.0");
  EXPECT_TRUE(base::StartsWith(open.headers.Get("Content-Type"), "application/openmetrics-text"));
  EXPECT_TRUE(base::EndsWith(open.body, "# EOF\n"));
}

TEST_F(ExposerTest, ScrapersTimeoutBoundsCollectors) {
  MakeAB();
  Get("/metrics");
  EXPECT_EQ(a_->seconds_left, 9);
  Get("/metrics", "", "", "4");
  EXPECT_EQ(a_->seconds_left, 3);
  for (const char* bad : {"-1", "soon", "NaN", "1e300"}) {
    Get("/metrics", "", "", bad);
    EXPECT_EQ(a_->seconds_left, 9) << bad;
  }
}

TEST_F(ExposerTest, OtherPathsAreTheLandingPageAnd404) {
  MakeAB();
  EXPECT_NE(Get("/").body.find("<a href=\"/metrics\">"), std::string::npos);
  EXPECT_NE(Get("/").body.find("X &lt;Exporter&gt;"), std::string::npos);
  EXPECT_EQ(Get("/metrics/").status, 404);
  EXPECT_EQ(Get("/api").status, 404);
}

TEST_F(ExposerTest, OverTheLimitIs503) {
  auto gate = std::make_unique<Gate>();
  Gate* const held = gate.get();
  std::vector<CollectorSet::Member> members;
  members.push_back({"a", std::move(gate)});
  Make(std::move(members), 1);
  std::thread first([this] { EXPECT_EQ(Get("/metrics").status, 200); });
  held->WaitUntilInside();
  EXPECT_EQ(Get("/metrics").status, 503);
  EXPECT_EQ(Get("/").status, 200);
  held->Open();
  first.join();
  EXPECT_EQ(Get("/metrics").status, 200);
}

}  // namespace
}  // namespace vedette::exporters
