#include "collector/scrape/scrape_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "collector/scrape/manager.h"
#include "model/wire_batch.h"
#include "tests/support/capture_logger.h"
#include "tests/support/fake_clock.h"
#include "tests/support/metric_value.h"
#include "tests/support/temp_dir.h"

namespace vedette::scrape {
namespace {

// A client that answers what the test put in.
class FakeClient final : public base::http::Client {
 public:
  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& request) override {
    base::MutexLock lock(mutex_);
    requests_.push_back(request);
    if (request.url == hanging_url_) {
      ++hanging_;
      while (!request.stop.stop_requested()) {
        changed_.WaitFor(mutex_, std::chrono::milliseconds(10));
      }
      return base::Cancelled("stopped");
    }
    if (redirects_ > 0) {
      --redirects_;
      base::http::Response response = base::http::Response::Text(302, "");
      response.headers.Set("Location", "http://other:1/m");
      return response;
    }
    return answer_;
  }

  void Answer(base::StatusOr<base::http::Response> answer) {
    const base::MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  void Expose(const std::string& text, std::string_view type = "text/plain; version=0.0.4") {
    base::http::Response response;
    response.headers.Set("Content-Type", type);
    response.body = text;
    Answer(std::move(response));
  }
  // Requests for this URL wait until they are stopped.
  void Hang(const std::string& url) {
    const base::MutexLock lock(mutex_);
    hanging_url_ = url;
  }
  int Hanging() {
    const base::MutexLock lock(mutex_);
    return hanging_;
  }
  void Redirect(int times) {
    const base::MutexLock lock(mutex_);
    redirects_ = times;
  }
  std::vector<base::http::ClientRequest> Requests() {
    const base::MutexLock lock(mutex_);
    return requests_;
  }

 private:
  base::Mutex mutex_;
  base::StatusOr<base::http::Response> answer_ VEDETTE_GUARDED_BY(mutex_) =
      base::Unavailable("connection refused");
  int redirects_ VEDETTE_GUARDED_BY(mutex_) = 0;
  base::CondVar changed_;
  std::string hanging_url_ VEDETTE_GUARDED_BY(mutex_);
  int hanging_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::vector<base::http::ClientRequest> requests_ VEDETTE_GUARDED_BY(mutex_);
};

class Forward final : public base::http::Client {
 public:
  explicit Forward(std::shared_ptr<FakeClient> to) : to_(std::move(to)) {}
  base::StatusOr<base::http::Response> Send(const base::http::ClientRequest& request) override {
    return to_->Send(request);
  }

 private:
  std::shared_ptr<FakeClient> to_;
};

JobTargets StaticTargets(const std::shared_ptr<const JobConfig>& job) {
  return BuildTargets(job, job->discovery.static_groups);
}

// Keeps what is appended, as "SERIES value" (or "stale"), and gives refs out.
class FakeSink final : public model::SampleSink {
 public:
  base::StatusOr<model::AppendStats> Append(std::span<const model::LentSample> samples) override {
    const base::MutexLock lock(mutex_);
    if (!failure_.ok()) return failure_;
    if (answer_) return *answer_;
    model::AppendStats stats;
    last_.clear();
    for (const model::LentSample& row : samples) {
      if (row.labels->empty() && !names_.contains(row.ref->id)) {
        *row.ref = {};
        continue;
      }
      const std::string series =
          row.labels->empty() ? names_.at(row.ref->id) : row.labels->ToString();
      uint64_t& ref = refs_[series];
      if (ref == 0) ref = ++last_ref_;
      names_[ref] = series;
      if (row.ref->known() && row.ref->id != ref) ++wrong_refs_;
      *row.ref = {ref, 1};
      if (!row.labels->empty()) ++named_;
      last_[series] = {row.timestamp_ms, row.start_ms, row.value};
      if (model::IsStaleNan(row.value)) ended_.insert(series);
      ++stats.accepted;
    }
    ++appends_;
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done({}); }

  // Keeps nothing from here on and says this.
  void Answer(model::AppendStats answer) {
    const base::MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  void Fail(base::Status failure) {
    const base::MutexLock lock(mutex_);
    failure_ = std::move(failure);
  }
  std::string Value(const std::string& series) {
    const base::MutexLock lock(mutex_);
    const auto at = last_.find(series);
    if (at == last_.end()) return "none";
    if (model::IsStaleNan(at->second.value)) return "stale";
    return std::to_string(at->second.value);
  }
  // True if a stale marker ever came.
  bool HasEnded(const std::string& series) {
    const base::MutexLock lock(mutex_);
    return ended_.count(series) > 0;
  }
  size_t Rows() {
    const base::MutexLock lock(mutex_);
    return last_.size();
  }
  int64_t Time(const std::string& series) {
    const base::MutexLock lock(mutex_);
    return last_.at(series).timestamp_ms;
  }
  // Samples that came with their labels, since the last call.
  int Named() {
    const base::MutexLock lock(mutex_);
    return std::exchange(named_, 0);
  }
  // As a store whose series have all gone.
  void ForgetSeries() {
    const base::MutexLock lock(mutex_);
    refs_.clear();
    names_.clear();
  }
  int WrongRefs() {
    const base::MutexLock lock(mutex_);
    return wrong_refs_;
  }
  int64_t Start(const std::string& series) {
    const base::MutexLock lock(mutex_);
    return last_.at(series).start_ms;
  }
  int Appends() {
    const base::MutexLock lock(mutex_);
    return appends_;
  }

 private:
  struct Kept {
    int64_t timestamp_ms = 0;
    int64_t start_ms = 0;
    double value = 0;
  };
  base::Mutex mutex_;
  std::map<std::string, uint64_t> refs_ VEDETTE_GUARDED_BY(mutex_);
  std::map<uint64_t, std::string> names_ VEDETTE_GUARDED_BY(mutex_);
  uint64_t last_ref_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int named_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Kept> last_ VEDETTE_GUARDED_BY(mutex_);
  std::set<std::string> ended_ VEDETTE_GUARDED_BY(mutex_);
  std::optional<model::AppendStats> answer_ VEDETTE_GUARDED_BY(mutex_);
  base::Status failure_ VEDETTE_GUARDED_BY(mutex_);
  int wrong_refs_ VEDETTE_GUARDED_BY(mutex_) = 0;
  int appends_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

// Keeps what each request brought, as "SERIES: WHAT".
class FakeRichSink final : public model::WireSink {
 public:
  base::StatusOr<model::AppendStats> Append(const model::WireBatch& batch) override {
    const base::MutexLock lock(mutex_);
    last_.clear();
    model::AppendStats stats;
    for (size_t i = 0; i < batch.size(); ++i) {
      const std::string name = std::string(batch.LabelsOf(i)->MetricName()) + ": ";
      for (size_t k = 0; k < batch.histogram_count(i); ++k) {
        const model::TimedHistogram histogram = *batch.HistogramOf(i, k);
        last_.push_back(name + Text(histogram.histogram) + " @" +
                        std::to_string(histogram.start_ms));
        ++stats.accepted;
      }
      for (size_t k = 0; k < batch.exemplar_count(i); ++k) {
        last_.push_back(name + "exemplar " + batch.ExemplarOf(i, k)->labels.ToString());
      }
      for (size_t k = 0; k < batch.Samples(i).size(); ++k) {
        last_.push_back(name + "since " + std::to_string(batch.Starts(i)[k]));
      }
    }
    return stats;
  }
  void OnDurable(std::function<void(const base::Status&)> done) override { done({}); }

  std::vector<std::string> Last() {
    const base::MutexLock lock(mutex_);
    return last_;
  }

 private:
  static std::string Text(const model::Histogram& histogram) {
    if (histogram.IsStale()) return "stale";
    return "schema " + std::to_string(histogram.schema) + " count " +
           std::to_string(histogram.count);
  }

  base::Mutex mutex_;
  std::vector<std::string> last_ VEDETTE_GUARDED_BY(mutex_);
};

using Strings = std::vector<std::string>;

class ScrapeLoopTest : public ::testing::Test {
 protected:
  ScrapeLoopTest() {
    context_.sink = &sink_;
    context_.rich_sink = &rich_sink_;
    context_.clock = &clock_;
    context_.logger = &logger_;
    context_.metrics = &metrics_;
    context_.texts = &texts_;
  }

  // `options` are further lines of the job.
  void Start(const std::string& options = "") {
    const auto config = ParseConfig(
        "scrape_configs:\n- job_name: j\n  static_configs: [{targets: ['h:1']}]\n" + options, "f");
    ASSERT_TRUE(config.ok()) << config.status();
    JobTargets targets = StaticTargets(config->jobs.at(0));
    ASSERT_EQ(targets.active.size(), 1u);
    loop_ = std::make_unique<ScrapeLoop>(std::move(targets.active[0]), Tools(*config->jobs[0]),
                                         &context_);
  }

  base::http::ClientFactory Factory() {
    return
        [this](const base::http::TlsClientOptions&) { return std::make_unique<Forward>(client_); };
  }
  JobTools Tools(const JobConfig& job) {
    return {std::make_shared<const Fetcher>(
                job, base::http::ConfiguredClient::Options{fs_.get(), &clock_, Factory(), nullptr}),
            failures_};
  }

  void Scrape() {
    clock_.Advance(std::chrono::seconds(60));
    loop_->Scrape({});
  }

  static std::string Series(const std::string& name, const std::string& more = "") {
    return "{__name__=\"" + name + "\", " + more + "instance=\"h:1\", job=\"j\"}";
  }
  std::string Value(const std::string& name) { return sink_.Value(Series(name)); }

  FakeSink sink_;
  FakeRichSink rich_sink_;
  test::FakeClock clock_;
  test::CaptureLogger logger_;
  base::Telemetry telemetry_;
  ScrapeMetrics metrics_{&telemetry_};
  MetadataPool texts_;
  LoopContext context_;
  std::shared_ptr<FakeClient> client_ = std::make_shared<FakeClient>();
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  std::shared_ptr<FailureLog> failures_;
  std::unique_ptr<ScrapeLoop> loop_;
};

TEST_F(ScrapeLoopTest, SamplesCarryTheTargetsLabelsAndSyntheticSeriesFollow) {
  Start();
  client_->Expose("# TYPE a gauge\n# HELP a help\na 1\nb{job=\"x\"} 2\n");
  Scrape();
  EXPECT_EQ(Value("a"), "1.000000");
  EXPECT_EQ(sink_.Value("{__name__=\"b\", exported_job=\"x\", instance=\"h:1\", job=\"j\"}"),
            "2.000000");
  EXPECT_EQ(Value("up"), "1.000000");
  EXPECT_EQ(Value("scrape_samples_scraped"), "2.000000");
  EXPECT_EQ(Value("scrape_samples_post_metric_relabeling"), "2.000000");
  EXPECT_EQ(Value("scrape_series_added"), "2.000000");
  EXPECT_EQ(Value("scrape_duration_seconds"), "0.000000");
  EXPECT_EQ(loop_->Status().health, Health::kUp);
  const auto metadata = loop_->Metadata();
  ASSERT_EQ(metadata.size(), 1u);
  EXPECT_EQ(metadata[0].second, (model::Metadata{"gauge", "help", ""}));
  Scrape();
  EXPECT_EQ(Value("scrape_series_added"), "0.000000");
  EXPECT_EQ(sink_.WrongRefs(), 0);
}

TEST_F(ScrapeLoopTest, VanishedSeriesGoStaleOnce) {
  Start();
  client_->Expose("a 1\nb 2\n");
  Scrape();
  client_->Expose("a{} 1\n");  // the same series by other bytes
  Scrape();
  EXPECT_EQ(Value("a"), "1.000000");
  EXPECT_EQ(Value("b"), "stale");
  Scrape();
  EXPECT_EQ(Value("b"), "none");
  client_->Expose("b 5\n");
  Scrape();
  EXPECT_EQ(Value("b"), "5.000000");
  EXPECT_EQ(Value("scrape_series_added"), "1.000000");
}

TEST_F(ScrapeLoopTest, AFailedScrapeEndsAllSeriesAndUpIsZero) {
  Start();
  client_->Expose("a 1\n");
  Scrape();
  client_->Expose("a 1\nnew 1\nbroken{ 2\n");
  Scrape();
  EXPECT_EQ(Value("a"), "stale");
  EXPECT_EQ(Value("new"), "none");
  EXPECT_EQ(Value("up"), "0.000000");
  EXPECT_EQ(loop_->Status().health, Health::kDown);
  EXPECT_EQ(loop_->Status().last_error, "line 3, column 9: expected label name, found \"2\"");
  client_->Answer(base::Unavailable("connection refused"));
  Scrape();
  EXPECT_EQ(Value("a"), "none");
  EXPECT_EQ(sink_.Rows(), 5u);
  client_->Expose("a 1\nnew 1\n");
  Scrape();
  EXPECT_EQ(Value("a"), "1.000000");
  EXPECT_EQ(Value("up"), "1.000000");
  EXPECT_EQ(Value("scrape_series_added"), "1.000000");
}

TEST_F(ScrapeLoopTest, ExposedTimesAreHonouredAndNotTracked) {
  Start();
  client_->Expose("a 1 1234\n");
  Scrape();
  EXPECT_EQ(sink_.Time(Series("a")), 1234);
  client_->Expose("b 1\n");
  Scrape();
  EXPECT_EQ(Value("a"), "none");
}

TEST_F(ScrapeLoopTest, ExposedTimesCanBeIgnored) {
  Start("  honor_timestamps: false\n");
  client_->Expose("a 1 1234\n");
  Scrape();
  EXPECT_EQ(sink_.Time(Series("a")), clock_.WallMillis());
}

TEST_F(ScrapeLoopTest, HonorLabelsKeepsTheExposed) {
  Start("  honor_labels: true\n");
  client_->Expose("a{job=\"x\"} 1\n");
  Scrape();
  EXPECT_EQ(sink_.Value("{__name__=\"a\", instance=\"h:1\", job=\"x\"}"), "1.000000");
}

TEST_F(ScrapeLoopTest, HonorLabelsTakesAnEmptyLabelForNone) {
  Start("  honor_labels: true\n");
  client_->Expose("a{instance=\"\",job=\"x\"} 1\nb{job=\"\"} 2\n");
  Scrape();
  EXPECT_EQ(sink_.Value("{__name__=\"a\", job=\"x\"}"), "1.000000");
  EXPECT_EQ(sink_.Value("{__name__=\"b\", instance=\"h:1\"}"), "2.000000");
}

TEST_F(ScrapeLoopTest, MetricRelabellingDropsAndCounts) {
  Start("  metric_relabel_configs: [{source_labels: [__name__], regex: b, action: drop}]\n");
  client_->Expose("a 1\nb 2\n");
  Scrape();
  EXPECT_EQ(Value("b"), "none");
  EXPECT_EQ(Value("scrape_samples_scraped"), "2.000000");
  EXPECT_EQ(Value("scrape_samples_post_metric_relabeling"), "1.000000");
}

TEST_F(ScrapeLoopTest, LimitsFailTheWholeScrape) {
  Start("  sample_limit: 1\n");
  client_->Expose("a 1\nb 2\n");
  Scrape();
  EXPECT_EQ(Value("a"), "none");
  EXPECT_EQ(Value("up"), "0.000000");
  Start("  label_value_length_limit: 4\n");
  client_->Expose("a{x=\"12345\"} 1\n");
  Scrape();
  EXPECT_EQ(Value("up"), "0.000000");
}

// Nothing is kept of a page whose series take more memory than a target may, so that the next one,
// and other targets, find room.
TEST_F(ScrapeLoopTest, APageOverTheCacheBudgetFailsByNameAndLeavesNothing) {
  base::Gauge held;
  CacheBudget budget(1 << 20, 200'000, &held);
  context_.caches = &budget;
  Start();
  std::string page;
  for (int i = 0; i < 5'000; ++i) page += "m" + std::to_string(i) + " 1\n";
  client_->Expose(page);
  Scrape();
  EXPECT_EQ(Value("up"), "0.000000");
  EXPECT_EQ(sink_.Rows(), 5u);
  EXPECT_NE(loop_->Status().last_error.find(" bytes of scrape cache, allowed are 200000 a target"),
            std::string::npos)
      << loop_->Status().last_error;
  EXPECT_LT(held.Value(), 10'000);
  client_->Expose("# HELP a a\na 1\n");
  Scrape();
  EXPECT_EQ(Value("up"), "1.000000");
  EXPECT_GT(held.Value(), 0);
  loop_.reset();
  EXPECT_EQ(held.Value(), 0);
}

// Comments that are the same again are not read; what they said must not be forgotten for that.
TEST_F(ScrapeLoopTest, MetadataStaysForAsLongAsThePageSaysIt) {
  const auto types = [this] {
    std::string text;
    for (const auto& [family, metadata] : loop_->Metadata())
      text += family + " " + metadata.type + ";";
    return text;
  };
  const std::string a = "# TYPE a counter\na 1\n";
  const std::string b = "# TYPE b gauge\n# HELP b help\nb 1\n";
  Start();
  for (int i = 0; i < 30; ++i) {
    client_->Expose(a + b);
    Scrape();
    // Now and then another line comes, so that some comments are read and some are not.
    client_->Expose(i % 4 == 0 ? a + "c 1\n" + b : a + b);
    Scrape();
  }
  EXPECT_EQ(types(), "a counter;b gauge;");
  client_->Expose("# TYPE a gauge\na 1\n" + b);
  Scrape();
  EXPECT_EQ(types(), "a gauge;b gauge;");
  client_->Expose(b);
  for (int i = 0; i < 12; ++i) {
    Scrape();
    client_->Expose(i % 2 == 0 ? b + "c 1\n" : b);  // scrapes that change nothing age nothing
  }
  EXPECT_EQ(types(), "b gauge;");
}

// A page of nothing but HELP lines takes memory too.
TEST_F(ScrapeLoopTest, MetadataCountsAgainstTheCacheBudget) {
  base::Gauge held;
  CacheBudget budget(1 << 20, 200'000, &held);
  context_.caches = &budget;
  Start();
  std::string page;
  for (int i = 0; i < 5'000; ++i) page += "# HELP m" + std::to_string(i) + " help\n";
  client_->Expose(page);
  Scrape();
  EXPECT_EQ(Value("up"), "0.000000");
  EXPECT_LT(held.Value(), 10'000);
  EXPECT_TRUE(loop_->Metadata().empty());
  loop_.reset();
}

// Who runs into a cap of the store learns whose page it was and what of it.
TEST_F(ScrapeLoopTest, RefusalsOfTheStoreNameTargetAndSeries) {
  Start();
  client_->Expose("a 1\nb 2\n");
  for (const std::string why :
       {"new series refused, limit of 2 series reached", "memory limit of 10000 bytes reached"}) {
    model::AppendStats stats;
    stats.accepted = 1;
    stats.refused = 6;
    stats.first_error = Series("b") + " at 5: " + why;
    sink_.Answer(stats);
    Scrape();
    EXPECT_EQ(logger_.Count(why), 1);
  }
  EXPECT_EQ(logger_.Count("job=j"), 2) << logger_.Lines().back();
  EXPECT_EQ(logger_.Count("instance=h:1"), 2) << logger_.Lines().back();
  EXPECT_EQ(logger_.Count("samples=6"), 2);
  EXPECT_EQ(logger_.Count("__name__="), 2);
  EXPECT_EQ(test::MetricValue(telemetry_, "vedette_scrape_samples_rejected_total"), 12);
}

TEST_F(ScrapeLoopTest, ASteadyScrapeSaysNoLabels) {
  Start();
  client_->Expose("m{i=\"1\"} 1\nm{i=\"2\"} 2\n");
  Scrape();
  EXPECT_EQ(sink_.Named(), 2 + 5);
  Scrape();
  EXPECT_EQ(sink_.Named(), 5) << "the synthetic ones alone";
  EXPECT_EQ(Value("up"), "1.000000");
  EXPECT_EQ(sink_.Value(Series("m", "i=\"2\", ")), "2.000000");
}

// As after a flush, of a target that is scraped once an hour.
TEST_F(ScrapeLoopTest, WhatTheStoreHasForgottenIsSaidAgainInTheSameScrape) {
  Start();
  client_->Expose("m{i=\"1\"} 1\nm{i=\"2\"} 2\n");
  Scrape();
  Scrape();
  sink_.ForgetSeries();
  Scrape();
  EXPECT_EQ(sink_.Value(Series("m", "i=\"1\", ")), "1.000000");
  EXPECT_EQ(sink_.Value(Series("m", "i=\"2\", ")), "2.000000");
  EXPECT_EQ(sink_.Named(), 7 + 5 + 5 + 2);
  client_->Expose("m{i=\"1\"} 1\n");
  Scrape();
  EXPECT_EQ(sink_.Value(Series("m", "i=\"2\", ")), "stale");
}

TEST_F(ScrapeLoopTest, AnExemplarOfASeriesThatHadNoneIsStored) {
  Start("  scrape_protocols: [OpenMetricsText1.0.0]\n");
  constexpr char kType[] = "application/openmetrics-text; version=1.0.0";
  client_->Expose("a_total 1\n# EOF\n", kType);
  Scrape();
  Scrape();
  client_->Expose("a_total 2 # {t=\"x\"} 1 5\n# EOF\n", kType);
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"a_total: exemplar {t=\"x\"}"});
  client_->Expose("a_total 2 # {t=\"y\"} 1 6\n# EOF\n", kType);
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"a_total: exemplar {t=\"y\"}"});
}

TEST_F(ScrapeLoopTest, AFullStoreIsAReasonOfLossByItsName) {
  Start();
  client_->Expose("m 1\n");
  sink_.Fail(base::Unavailable("disk full"));
  Scrape();
  EXPECT_EQ(test::MetricValue(telemetry_, "vedette_scrape_failures_total", {{"reason", "store"}}),
            1);
  EXPECT_EQ(test::MetricValue(telemetry_, "vedette_scrape_samples_rejected_total",
                              {{"reason", "not_stored"}}),
            6);  // up and its four companions too
  EXPECT_EQ(loop_->Status().last_error, "the samples were not stored: disk full");
}

TEST_F(ScrapeLoopTest, AnUnknownContentTypeFailsWithoutAFallback) {
  for (const char* type : {"", "text/html"}) {
    Start();
    client_->Expose("a 1\n", type);
    Scrape();
    EXPECT_EQ(Value("up"), "0.000000");
    EXPECT_NE(loop_->Status().last_error.find("fallback_scrape_protocol"), std::string::npos);
    Start("  fallback_scrape_protocol: PrometheusText0.0.4\n");
    Scrape();
    EXPECT_EQ(Value("up"), "1.000000");
  }
}

TEST_F(ScrapeLoopTest, HttpErrorsAndRedirects) {
  Start();
  client_->Answer(base::http::Response::Text(404, ""));
  Scrape();
  EXPECT_EQ(loop_->Status().last_error, "server returned HTTP status 404 Not Found");
  client_->Expose("a 1\n");
  client_->Redirect(2);
  Scrape();
  EXPECT_EQ(loop_->Status().last_error, "");
  EXPECT_EQ(client_->Requests().back().url, "http://other:1/m");
  client_->Redirect(100);
  Scrape();
  EXPECT_EQ(Value("up"), "0.000000");
}

TEST_F(ScrapeLoopTest, PagesMayChangeTheOrderOfTheirLines) {
  Start(
      "  metric_relabel_configs:\n"
      "  - {source_labels: [__name__], regex: drop, action: drop}\n");
  struct Page {
    const char* text;
    const char* a;
    const char* b;
    const char* c;
  };
  for (const Page& page :
       {Page{"a 1\ndrop 1\nb 2\n", "1.000000", "2.000000", "none"},
        Page{"b 3\na 4\ndrop 1\n", "4.000000", "3.000000", "none"},
        Page{"b 5\nc 7\na 6\n", "6.000000", "5.000000", "7.000000"},
        Page{"c 8\nb 9\n", "stale", "9.000000", "8.000000"},
        Page{"b 1\n", "none", "1.000000", "stale"}, Page{"broken{\n", "none", "stale", "none"},
        Page{"c 1\nb 2\na 3\n", "3.000000", "2.000000", "1.000000"},
        Page{"c 1\nb 2\na 3\n", "3.000000", "2.000000", "1.000000"}}) {
    client_->Expose(page.text);
    Scrape();
    EXPECT_EQ(Value("a"), page.a) << page.text;
    EXPECT_EQ(Value("b"), page.b) << page.text;
    EXPECT_EQ(Value("c"), page.c) << page.text;
    EXPECT_EQ(Value("drop"), "none") << page.text;
  }
  EXPECT_EQ(sink_.WrongRefs(), 0);
}

TEST_F(ScrapeLoopTest, TheRequestSaysWhatIsUnderstood) {
  Start("  params: {'collect[]': [cpu, 'a b']}\n");
  client_->Expose("a 1\n");
  Scrape();
  const base::http::ClientRequest request = client_->Requests().back();
  EXPECT_EQ(request.url, "http://h:1/metrics?collect%5B%5D=cpu&collect%5B%5D=a%20b");
  EXPECT_EQ(request.headers.Get("Accept"),
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            "application/openmetrics-text;version=0.0.1;q=0.5,"
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
  EXPECT_EQ(request.headers.Get("X-Prometheus-Scrape-Timeout-Seconds"), "10");
}

constexpr std::string_view kProtobuf = "application/vnd.google.protobuf";

// A family `h`: an integer histogram of 3 observations, one in bucket 1 and two in bucket 2 of
// schema 3, began at 5 s, with one classic bucket.
std::string NativePage() {
  const auto bytes = [](int field, const std::string& value) {
    return std::string{static_cast<char>(field << 3 | 2), static_cast<char>(value.size())} + value;
  };
  const auto number = [](int field, int value) {
    return std::string{static_cast<char>(field << 3), static_cast<char>(value)};
  };
  const std::string histogram = number(1, 3) + bytes(3, number(1, 3)) + number(5, 6) +
                                bytes(12, number(1, 2) + number(2, 2)) + bytes(13, "\x02\x02") +
                                bytes(15, number(1, 5));
  const std::string family = bytes(1, "h") + number(3, 4) + bytes(4, bytes(7, histogram));
  return static_cast<char>(family.size()) + family;
}

TEST_F(ScrapeLoopTest, NativeHistogramsAreScrapedWhereAskedAndEndWithAMarker) {
  Start("  scrape_native_histograms: true\n");
  client_->Expose(NativePage(), kProtobuf);
  Scrape();
  EXPECT_EQ(loop_->Status().last_error, "");
  EXPECT_TRUE(
      base::StartsWith(client_->Requests().back().headers.Get("Accept"),
                       "application/vnd.google.protobuf;"
                       "proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"));
  EXPECT_EQ(rich_sink_.Last(), Strings{"h: schema 3 count 3 @5000"});
  EXPECT_EQ(Value("h_count"), "none");
  EXPECT_EQ(Value("scrape_samples_scraped"), "1.000000");
  EXPECT_EQ(Value("scrape_series_added"), "1.000000");
  client_->Expose("a 1\n");
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"h: stale @0"});
  EXPECT_EQ(Value("h"), "none");
}

TEST_F(ScrapeLoopTest, WithoutNativeHistogramsTheirClassicSideIsRead) {
  Start();
  client_->Expose(NativePage(), kProtobuf);
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{});
  EXPECT_EQ(Value("h_count"), "3.000000");
}

TEST_F(ScrapeLoopTest, NativeHistogramsAreBroughtWithinTheirLimits) {
  Start(
      "  scrape_native_histograms: true\n  always_scrape_classic_histograms: true\n"
      "  native_histogram_bucket_limit: 1\n");
  client_->Expose(NativePage(), kProtobuf);
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"h: schema 2 count 3 @5000"});
  EXPECT_EQ(Value("h_count"), "3.000000");
  Start("  scrape_native_histograms: true\n  native_histogram_min_bucket_factor: 2\n");
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"h: schema 0 count 3 @5000"});
}

TEST_F(ScrapeLoopTest, ClassicHistogramsAreConvertedWhereAsked) {
  Start("  convert_classic_histograms_to_nhcb: true\n  native_histogram_bucket_limit: 2\n");
  client_->Expose("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_count 2\n");
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"h: schema -53 count 2 @0"});
  EXPECT_EQ(Value("h_count"), "none");
  client_->Expose("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 2\nh_count 3\n");
  Scrape();
  EXPECT_EQ(loop_->Status().last_error,
            "native_histogram_bucket_limit exceeded (3 buckets, limit 2; custom buckets cannot be "
            "made wider)");
  EXPECT_EQ(Value("up"), "0.000000");
  EXPECT_EQ(rich_sink_.Last(), Strings{"h: stale @0"});
}

TEST_F(ScrapeLoopTest, ExemplarsAndStartsReachTheStore) {
  const std::string page = "# TYPE a counter\na_total 1 # {id=\"x\"} 1\na_created 1.5\n# EOF\n";
  Start();
  client_->Expose(page, "application/openmetrics-text; version=1.0.0");
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"a_total: exemplar {id=\"x\"}"});
  EXPECT_EQ(Value("a_created"), "1.500000");
  context_.start_timestamps = true;
  Start();
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), Strings{"a_total: exemplar {id=\"x\"}"});
  EXPECT_EQ(sink_.Start(Series("a_total")), 1500);
  EXPECT_EQ(Value("a_created"), "none");
}

// As upstream: there is no saying which of them are new.
TEST_F(ScrapeLoopTest, ExemplarsOfHistogramsNeedATime) {
  Start("  convert_classic_histograms_to_nhcb: true\n");
  client_->Expose(
      "# TYPE h histogram\nh_bucket{le=\"1.0\"} 1 # {id=\"x\"} 0.5\n"
      "h_bucket{le=\"+Inf\"} 2 # {id=\"y\"} 2 7\nh_count 2\n# EOF\n",
      "application/openmetrics-text; version=1.0.0");
  Scrape();
  EXPECT_EQ(rich_sink_.Last(), (Strings{"h: schema -53 count 2 @0", "h: exemplar {id=\"y\"}"}));
}

TEST_F(ScrapeLoopTest, AnEmptyLabelNameFailsTheScrapeUnderEveryScheme) {
  for (const char* scheme : {"legacy", "utf8"}) {
    Start(std::string("  metric_name_validation_scheme: ") + scheme + "\n");
    client_->Expose("foo{\"\"=\"x\"} 1\nbar 1\n");
    Scrape();
    EXPECT_EQ(Value("up"), "0.000000");
    EXPECT_TRUE(base::StartsWith(loop_->Status().last_error, "empty label name in {"))
        << loop_->Status().last_error;
  }
}

// A second passes with each look.
class RushingClock final : public base::Clock {
 public:
  int64_t WallNanos() const override { return 1'700'000'000'000'000'000; }
  int64_t MonotonicNanos() const override { return ++looks_ * 1'000'000'000; }
  bool SleepFor(std::chrono::nanoseconds, std::stop_token) override { return false; }

 private:
  mutable std::atomic<int64_t> looks_ = 0;
};

TEST_F(ScrapeLoopTest, TheTimeoutHoldsWithinOneHistogram) {
  RushingClock clock;
  context_.clock = &clock;
  Start("  convert_classic_histograms_to_nhcb: true\n");
  std::string page = "# TYPE x histogram\n";
  for (int i = 60'000; i > 0; --i) page += "x_bucket{le=\"" + std::to_string(i) + "\"} 0\n";
  client_->Expose(page);
  Scrape();
  EXPECT_EQ(loop_->Status().last_error, "scrape timed out while reading entry 11000");
}

TEST_F(ScrapeLoopTest, NamesAreHeldAgainstTheJobsScheme) {
  Start("  metric_name_validation_scheme: legacy\n");
  client_->Expose("{\"a.b\"} 1\n");
  Scrape();
  EXPECT_EQ(client_->Requests().back().headers.Get("Accept").find("allow-utf-8"),
            std::string_view::npos);
  EXPECT_NE(loop_->Status().last_error.find("metric name \"a.b\""), std::string::npos)
      << loop_->Status().last_error;
  Start("  metric_name_escaping_scheme: dots\n");
  Scrape();
  EXPECT_NE(client_->Requests().back().headers.Get("Accept").find("escaping=dots"),
            std::string_view::npos);
  EXPECT_EQ(loop_->Status().last_error, "");
}

TEST_F(ScrapeLoopTest, ExtraMetricsAreThereWhenAskedForAndEndWhenNoMore) {
  Start("  extra_scrape_metrics: true\n  sample_limit: 9\n  scrape_timeout: 4s\n");
  client_->Expose("a 1\n");
  Scrape();
  EXPECT_EQ(Value("scrape_timeout_seconds"), "4.000000");
  EXPECT_EQ(Value("scrape_sample_limit"), "9.000000");
  EXPECT_EQ(Value("scrape_body_size_bytes"), "4.000000");
  const auto config =
      ParseConfig("scrape_configs:\n- job_name: j\n  static_configs: [{targets: ['h:1']}]\n", "f");
  ASSERT_TRUE(config.ok());
  loop_->SetNext(StaticTargets(config->jobs[0]).active[0], Tools(*config->jobs[0]));
  Scrape();
  EXPECT_EQ(Value("scrape_timeout_seconds"), "stale");
  Scrape();
  EXPECT_EQ(Value("scrape_timeout_seconds"), "none");
}

TEST_F(ScrapeLoopTest, FailuresAreWrittenToTheirFile) {
  test::TempDir dir;
  failures_ = std::make_shared<FailureLog>(dir.Join("f.log"), fs_.get(), &clock_, &logger_);
  Start();
  client_->Expose("a 1\n");
  Scrape();
  client_->Answer(base::Unavailable("connection \"refused\""));
  Scrape();
  ASSERT_TRUE(fs_->Rename(dir.Join("f.log"), dir.Join("old.log")).ok());
  Scrape();
  const std::string expected =
      R"(Z","level":"ERROR","msg":"connection \"refused\"","job_name":"j","target":"http://h:1/metrics"})"
      "\n";
  for (const char* file : {"f.log", "old.log"}) {
    const auto text = fs_->ReadFile(dir.Join(file));
    ASSERT_TRUE(text.ok()) << text.status();
    EXPECT_EQ(text->substr(0, 9), "{\"time\":\"");
    EXPECT_EQ(text->substr(text->find('Z')), expected);
  }
}

TEST_F(ScrapeLoopTest, TwiceTheSameSeriesIsLeftToTheStore) {
  Start();
  client_->Expose("a 1\na 2\n");
  Scrape();
  EXPECT_EQ(Value("up"), "1.000000");
  EXPECT_EQ(Value("scrape_samples_scraped"), "2.000000");
  EXPECT_EQ(Value("scrape_series_added"), "1.000000");
}

TEST_F(ScrapeLoopTest, TheEndOfATargetEndsItsSyntheticSeriesToo) {
  Start();
  client_->Expose("a 1\n");
  Scrape();
  loop_->End();
  EXPECT_EQ(Value("a"), "stale");
  EXPECT_EQ(Value("up"), "stale");
  EXPECT_EQ(Value("scrape_series_added"), "stale");
}

TEST_F(ScrapeLoopTest, ANewConfigurationRereadsLinesAndEndsWhatItDrops) {
  Start();
  client_->Expose("a 1\nb 1\n");
  Scrape();
  const auto config = ParseConfig(
      "scrape_configs:\n- job_name: j\n  static_configs: [{targets: ['h:1']}]\n"
      "  metric_relabel_configs: [{source_labels: [__name__], regex: b, action: drop}]\n",
      "f");
  ASSERT_TRUE(config.ok());
  loop_->SetNext(StaticTargets(config->jobs[0]).active[0], Tools(*config->jobs[0]));
  Scrape();
  EXPECT_EQ(Value("a"), "1.000000");
  EXPECT_EQ(Value("b"), "stale");
  EXPECT_EQ(Value("scrape_series_added"), "1.000000") << "as upstream: its line is new";
}

// Lines are counted, as upstream does: most often they come back.
TEST_F(ScrapeLoopTest, AnEmptyPageEndsItsSeriesAndForgetsNoLine) {
  Start();
  client_->Expose("a 1\n");
  Scrape();
  EXPECT_EQ(Value("scrape_series_added"), "1.000000");
  client_->Expose("");
  Scrape();
  EXPECT_EQ(Value("a"), "stale");
  EXPECT_EQ(Value("up"), "1.000000");
  client_->Expose("a 2\n");
  Scrape();
  EXPECT_EQ(Value("a"), "2.000000");
  EXPECT_EQ(Value("scrape_series_added"), "0.000000");
}

TEST_F(ScrapeLoopTest, SeriesBeyondTheSampleLimitAreNotAdded) {
  Start("  sample_limit: 2\n");
  client_->Expose("a 1\nb 1\nc 1\nd 1\n");
  Scrape();
  EXPECT_EQ(Value("up"), "0.000000");
  EXPECT_EQ(Value("scrape_series_added"), "2.000000");
  EXPECT_EQ(Value("scrape_samples_post_metric_relabeling"), "4.000000");
}

TEST(Targets, RelabellingDropsAndRenames) {
  const auto config = ParseConfig(R"(
scrape_configs:
  - job_name: j
    metrics_path: /m
    static_configs:
      - targets: [a:1, b:2, b:2, c:3]
        labels: {host: x}
    relabel_configs:
      - {source_labels: [__address__], regex: "a:.*", action: drop}
      - {source_labels: [__address__], regex: "c:.*", target_label: __address__, replacement: "d:4"}
      - {target_label: __param_target, replacement: "q&r"}
)",
                                  "f");
  ASSERT_TRUE(config.ok()) << config.status();
  const JobTargets targets = StaticTargets(config->jobs[0]);
  ASSERT_EQ(targets.active.size(), 2u);
  EXPECT_EQ(targets.dropped.size(), 1u);
  EXPECT_EQ(targets.active[0].labels.ToString(), R"({host="x", instance="b:2", job="j"})");
  EXPECT_EQ(targets.active[1].url, "http://d:4/m?target=q%26r");
  EXPECT_EQ(targets.active[1].discovered.Get("__address__"), "c:3");
}

class ManagerTest : public ScrapeLoopTest {
 protected:
  Config Read(const std::string& text) {
    auto config = ParseConfig(text, "f");
    EXPECT_TRUE(config.ok()) << config.status();
    return *std::move(config);
  }

  Manager::Options Options() {
    Manager::Options options;
    options.sink = &sink_;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.logger = &logger_;
    options.telemetry = &telemetry_;
    options.new_client = Factory();
    return options;
  }

  // Steps the clock until `done`: the schedule's thread decides when it sees each step. Gives up
  // after what is long even for instrumented code on a busy machine.
  template <typename Done>
  void StepUntil(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (std::chrono::steady_clock::now() < end && !done()) {
      clock_.WaitForSleepers(1);
      clock_.Advance(std::chrono::seconds(1));
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    EXPECT_TRUE(done());
  }
};

constexpr char kOneTarget[] =
    "scrape_configs:\n- job_name: j\n  scrape_interval: 15s\n"
    "  static_configs: [{targets: ['h:1']}]\n";

TEST_F(ManagerTest, ScrapesWhatItIsGivenAndEndsWhatIsTakenAway) {
  client_->Expose("# TYPE a gauge\na 1\n");
  Manager manager(Options());
  manager.ApplyConfig(Read(kOneTarget));
  EXPECT_EQ(manager.Targets().active.at(0).health, Health::kUnknown);
  StepUntil([&] { return manager.Targets().active.at(0).health == Health::kUp; });
  StepUntil([&] { return sink_.Appends() >= 3; });
  EXPECT_EQ(manager.Metadata().size(), 1u);
  manager.ApplyConfig(Read(kOneTarget));
  EXPECT_EQ(manager.Targets().active.at(0).health, Health::kUp);
  manager.ApplyConfig(Read(""));
  EXPECT_TRUE(manager.Targets().active.empty());
  StepUntil([&] { return Value("up") == "stale"; });
  manager.Stop();
}

TEST_F(ManagerTest, DiscoveredTargetsComeAndGoWhileTheOthersStay) {
  test::TempDir dir;
  dir.Write("t.json", "[{\"targets\": [\"a:1\", \"b:1\"], \"labels\": {\"l\": \"v\"}}]");
  client_->Expose("m 1\n");
  Manager manager(Options());
  manager.ApplyConfig(
      Read("scrape_configs:\n- job_name: j\n  scrape_interval: 15s\n"
           "  static_configs: [{targets: ['h:1']}]\n"
           "  file_sd_configs: [{files: ['" +
           dir.Join("t.json") + "'], refresh_interval: 1m}]\n"));
  StepUntil([&] { return manager.Targets().active.size() == 3; });
  EXPECT_EQ(manager.Targets().active[1].labels.ToString(), R"({instance="a:1", job="j", l="v"})");
  EXPECT_EQ(manager.Targets().active[1].discovered.Get("__meta_filepath"), dir.Join("t.json"));
  for (const size_t target : {0, 1, 2}) {
    StepUntil([&] { return manager.Targets().active.at(target).health == Health::kUp; });
  }
  ASSERT_TRUE(fs_->Remove(dir.Join("t.json")).ok());
  StepUntil([&] { return manager.Targets().active.size() == 1; });
  EXPECT_EQ(manager.Targets().active[0].health, Health::kUp);
  StepUntil(
      [&] { return sink_.HasEnded("{__name__=\"up\", instance=\"a:1\", job=\"j\", l=\"v\"}"); });
  manager.Stop();
}

TEST_F(ManagerTest, TenThousandTargetsAtOnceAreAllScrapedOnce) {
  std::string groups = "[{\"targets\": [";
  for (int i = 0; i < 10'000; ++i) {
    groups += std::string(i == 0 ? "" : ",") + "\"h" + std::to_string(i) + ":1\"";
  }
  test::TempDir dir;
  dir.Write("t.json", groups + "]}]");
  client_->Expose("m 1\n");
  Manager manager(Options());
  manager.ApplyConfig(
      Read("scrape_configs:\n- job_name: j\n  scrape_interval: 15m\n"
           "  file_sd_configs: [{files: ['" +
           dir.Join("t.json") + "'], refresh_interval: 1h}]\n"));
  StepUntil([&] { return manager.Targets().active.size() == 10'000; });
  StepUntil([&] { return sink_.Appends() >= 10'000; });
  manager.Stop();
}

TEST_F(ManagerTest, SaysHowItKeepsTime) {
  client_->Expose("m 1\n");
  Manager manager(Options());
  manager.ApplyConfig(Read(kOneTarget));
  StepUntil([&] { return sink_.Appends() >= 4; });
  const auto value = [this](const std::string& name, const base::Telemetry::LabelPairs& labels) {
    return test::MetricValue(telemetry_, name, labels).value_or(-1);
  };
  EXPECT_EQ(value("prometheus_target_scrape_pool_targets", {{"scrape_job", "j"}}), 1);
  EXPECT_EQ(value("prometheus_target_scrape_pools_total", {}), 1);
  const std::string interval = "prometheus_target_interval_length_seconds";
  const base::Telemetry::LabelPairs of_15s = {{"interval", "15s"}};
  EXPECT_GE(value(interval + "_count", of_15s), 3);
  EXPECT_NEAR(value(interval + "_sum", of_15s) / value(interval + "_count", of_15s), 15, 2);
  EXPECT_NEAR(value(interval, {{"interval", "15s"}, {"quantile", "0.5"}}), 15, 2);
  EXPECT_EQ(value("vedette_scrape_lag_seconds_count", {}), value(interval + "_count", of_15s) + 1);
  EXPECT_GE(value("vedette_scrape_lag_seconds_sum", {}), 0);
  EXPECT_GE(value("vedette_scrape_duration_seconds_count", {}), 4);
  manager.ApplyConfig(Read(kOneTarget));
  EXPECT_EQ(value("prometheus_target_scrape_pool_reloads_total", {}), 1);
  manager.ApplyConfig(Read(""));
  EXPECT_EQ(value("prometheus_target_scrape_pool_targets", {{"scrape_job", "j"}}), 0);
  manager.Stop();
}

TEST_F(ManagerTest, ScrapesThatAreLeftOutAreCounted) {
  client_->Hang("http://h:1/metrics");
  Manager manager(Options());
  manager.ApplyConfig(Read(kOneTarget));
  StepUntil([&] {
    return test::MetricValue(telemetry_, "vedette_scrape_missed_total", {{"reason", "running"}}) >=
           2;
  });
  manager.Stop();
}

TEST_F(ManagerTest, ATargetThatHangsDelaysNoOther) {
  client_->Expose("m 1\n");
  client_->Hang("http://slow:1/metrics");
  auto options = Options();
  options.workers = 2;
  Manager manager(std::move(options));
  manager.ApplyConfig(
      Read("scrape_configs:\n- job_name: j\n  scrape_interval: 15s\n"
           "  static_configs: [{targets: ['slow:1', 'h:1']}]\n"));
  StepUntil([&] { return client_->Hanging() == 1 && sink_.Appends() >= 3; });
  manager.Stop();
}

TEST_F(ManagerTest, DroppedTargetsAreKeptUpToTheirNumberAndCounted) {
  Manager manager(Options());
  manager.ApplyConfig(
      Read("scrape_configs:\n- job_name: j\n  keep_dropped_targets: 1\n"
           "  static_configs: [{targets: ['a:1', 'b:1', 'c:1']}]\n"
           "  relabel_configs: [{source_labels: [__address__], regex: 'a.*', "
           "action: keep}]\n"));
  const TargetsSnapshot snapshot = manager.Targets();
  EXPECT_EQ(snapshot.active.size(), 1u);
  EXPECT_EQ(snapshot.dropped.size(), 1u);
  EXPECT_EQ(manager.DroppedCounts(), (std::vector<std::pair<std::string, uint64_t>>{{"j", 2}}));
  ASSERT_NE(manager.Job("j"), nullptr);
  EXPECT_EQ(manager.Job("j")->relabel.size(), 1u);
  EXPECT_EQ(manager.Job("k"), nullptr);
  manager.Stop();
}

TEST_F(ManagerTest, StopEndsNothing) {
  client_->Expose("a 1\n");
  Manager manager(Options());
  manager.ApplyConfig(Read(kOneTarget));
  StepUntil([&] { return sink_.Appends() >= 1; });
  manager.Stop();
  EXPECT_EQ(Value("up"), "1.000000");
}

}  // namespace
}  // namespace vedette::scrape
