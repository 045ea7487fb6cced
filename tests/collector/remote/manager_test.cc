#include "collector/remote/manager.h"

#include <chrono>
#include <cmath>
#include <functional>
#include <thread>

#include "receiver_stand_in.h"
#include "sample_log_stand_in.h"
#include "tests/support/free_port.h"
#include "tests/support/random_histogram.h"
#include "tests/support/temp_dir.h"

// Queues beside a receiver that behaves well, badly, or not at all.

namespace vedette::remote {
namespace {

using std::chrono::milliseconds;
constexpr int kSeries = 30;

class SendingTest : public testing::TestWithParam<bool> {
 protected:
  SendingTest() {
    for (int i = 0; i < kSeries; ++i) {
      series_.push_back(model::Labels{{"__name__", "m_total"}, {"i", std::to_string(i)}});
    }
  }

  static bool Eventually(const std::function<bool()>& probe) {
    for (int i = 0; i < 3000; ++i) {
      if (probe()) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }

  // `more`: further keys of the item, each ending in ", "; `queue`: of its queue_config.
  void Start(const std::string& url, const std::string& more = "", const std::string& queue = "") {
    const std::string message =
        GetParam() ? "protobuf_message: io.prometheus.write.v2.Request, " : "";
    Apply("remote_write: [{" + message + more + "queue_config: {" + queue +
          "batch_send_deadline: 50ms, max_backoff: 200ms}, url: \"" + url + "\"}]");
  }
  void Apply(const std::string& yaml) {
    const base::Status status = TryApply(yaml);
    ASSERT_TRUE(status.ok()) << status;
  }
  base::Status TryApply(const std::string& yaml) {
    VEDETTE_ASSIGN_OR_RETURN(const Config config, ParseConfig(yaml, "p.yml"));
    if (manager_ == nullptr) {
      Manager::Options options;
      options.dir = dir_.Join("remote_write");
      options.retry_ms = 30;
      options.queue.log = &log_;
      options.queue.families = [this] { return families_; };
      options.queue.fs = fs_.get();
      options.queue.clock = &clock_;
      options.queue.logger = &logger_;
      options.queue.telemetry = &telemetry_;
      options.queue.poll_ms = 5;
      manager_ = std::make_unique<Manager>(options);
    }
    return manager_->ApplyConfig(config, external_);
  }

  // Scrapes of all series.
  void Append(int scrapes) {
    for (int k = 0; k < scrapes; ++k) {
      std::vector<model::SeriesSample> samples;
      const int64_t time_ms = first_ms_ + 1000 * step_++;
      for (uint32_t i = 0; i < kSeries; ++i) {
        samples.push_back({i, time_ms, static_cast<double>(step_ * kSeries) + i, time_ms - 500});
        sent_[series_[i].ToString()].push_back({time_ms, samples.back().value});
      }
      log_.Append(series_, std::move(samples));
    }
  }
  size_t Sent() const { return static_cast<size_t>(step_) * kSeries; }
  double Metric(const std::string& name, const std::string& reason = "") const {
    double sum = 0;
    for (const auto& family : telemetry_.Collect()) {
      if (family.name != "prometheus_remote_storage_" + name) continue;
      for (const auto& point : family.points) {
        for (const auto& [label, value] : point.labels) {
          if (reason.empty() ? label == "url" : value == reason) sum += point.value;
        }
      }
    }
    return sum;
  }

  base::SystemClock clock_;
  std::unique_ptr<base::FileSystem> fs_ = base::NewPosixFileSystem();
  test::CaptureLogger logger_;
  base::Telemetry telemetry_;
  test::TempDir dir_;
  SampleLogStandIn log_;
  Families families_;
  model::Labels external_;
  std::vector<model::Labels> series_;
  ReceiverStandIn::Series sent_;
  int64_t first_ms_ = clock_.WallMillis();
  int64_t step_ = 0;
  std::unique_ptr<Manager> manager_;  // last: ends first
};

TEST_P(SendingTest, EachSeriesComesWholeAndInOrder) {
  ReceiverStandIn receiver;
  Start(receiver.url(), "", "max_samples_per_send: 70, ");
  Append(60);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent(); }));
  EXPECT_EQ(receiver.series(), sent_);
  EXPECT_EQ(receiver.requests().front().Get("X-Prometheus-Remote-Write-Version"),
            GetParam() ? "2.0.0" : "0.1.0");
  EXPECT_EQ(receiver.starts().size(), GetParam() ? Sent() : 0u);
  EXPECT_EQ(Metric("samples_total"), static_cast<double>(Sent()));
  EXPECT_EQ(Metric("samples_failed_total"), 0);
  EXPECT_GT(Metric("sent_batch_duration_seconds_sum"), 0);
}

TEST_P(SendingTest, ANewQueueBeginsWithWhatComesFromThenOn) {
  ReceiverStandIn receiver;
  Append(3);
  sent_.clear();
  Start(receiver.url());
  Append(2);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == 2 * kSeries; }));
  EXPECT_EQ(receiver.series(), sent_);
}

TEST_P(SendingTest, ARestartLosesNothingAndRepeatsNothing) {
  ReceiverStandIn receiver;
  for (int run = 0; run < 4; ++run) {
    Start(receiver.url(), "", "max_samples_per_send: 7, ");
    Append(11);
    if (run % 2 == 0) std::this_thread::sleep_for(milliseconds(15));
    manager_.reset();
    Append(1);
  }
  Start(receiver.url());
  ASSERT_TRUE(Eventually([&] { return receiver.samples() >= Sent(); }));
  EXPECT_EQ(receiver.series(), sent_);
}

TEST_P(SendingTest, APlaceInTheMiddleOfARecordOutlivesRestartsWhileTheReceiverIsAway) {
  const std::string queue = "max_shards: 1, max_samples_per_send: 7, capacity: 7, ";
  const uint16_t port = test::FreePort();
  ReceiverStandIn::Series got;
  {
    ReceiverStandIn receiver(port);
    // The first record whole, of the second the beginning.
    receiver.AnswerWith({{204}, {204}, {204}, {204}, {204}, {204}, {500}, {500}, {500}, {500}});
    Start(receiver.url(), "name: one, ", queue);
    Append(2);
    ASSERT_TRUE(Eventually([&] { return receiver.requests().size() > 6; }));
    manager_.reset();
    got = receiver.series();
    ASSERT_LT(receiver.samples(), Sent());
    ASSERT_GT(receiver.samples(), size_t{kSeries});
  }
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/write";
  for (int run = 0; run < 2; ++run) {
    const double before = Metric("requests_total");
    Start(url, "name: one, ", queue);
    ASSERT_TRUE(Eventually([&] { return Metric("requests_total") > before; }));
    manager_.reset();
  }
  ReceiverStandIn back(port);
  Start(url, "name: one, ", queue);
  size_t all = 0;
  ASSERT_TRUE(Eventually([&] {
    all = back.samples();
    for (const auto& [labels, samples] : got) all += samples.size();
    return all >= Sent();
  })) << all;
  for (const auto& [labels, samples] : back.series()) {
    got[labels].insert(got[labels].end(), samples.begin(), samples.end());
  }
  EXPECT_EQ(got, sent_);
}

TEST_P(SendingTest, OtherShardsGoOnFromWhereAllWere) {
  ReceiverStandIn receiver;
  Start(receiver.url(), "", "min_shards: 3, ");
  Append(5);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent(); }));
  Start(receiver.url(), "", "min_shards: 5, ");
  Append(5);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() >= Sent(); }));
  EXPECT_EQ(receiver.series(), sent_);
}

TEST_P(SendingTest, OtherLabelsGoOnFromWhereAllWere) {
  Append(6);
  PlaceLog::Options options;
  options.dir = dir_.Join("remote_write");
  options.fs = fs_.get();
  options.clock = &clock_;
  options.log = &logger_;
  options.telemetry = &telemetry_;
  {
    auto places = PlaceLog::Open(options, {1, UINT64_MAX});
    ASSERT_TRUE(places.ok()) << places.status();
    (*places)->Set("one", {Behind({1, 500}), Behind({1, 200})}, /*shaping=*/7);
  }
  ReceiverStandIn receiver;
  Start(receiver.url(), "name: one, ", "min_shards: 2, max_shards: 2, ");
  for (auto& [labels, samples] : sent_) samples.erase(samples.begin(), samples.begin() + 2);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() >= Sent() - 2 * kSeries; }));
  EXPECT_EQ(receiver.series(), sent_);
}

TEST_P(SendingTest, PlacesThatCannotBeOpenedAreTriedAgain) {
  ASSERT_TRUE(fs_->WriteFileAtomic(dir_.Join("remote_write"), "in the way").ok());
  ReceiverStandIn receiver;
  const std::string yaml = "remote_write: [{queue_config: {batch_send_deadline: 50ms}, url: \"" +
                           receiver.url() + "\"}]";
  EXPECT_FALSE(TryApply(yaml).ok());
  ASSERT_TRUE(fs_->Remove(dir_.Join("remote_write")).ok());
  ASSERT_TRUE(Eventually([&] { return logger_.Count("sending begins") == 1; }));
  Append(2);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent(); }));
}

TEST_P(SendingTest, TheStatusDecidesWhateverBecomesOfTheBody) {
  ReceiverStandIn receiver;
  Start(receiver.url(), "", "max_shards: 1, max_samples_per_send: 30, ");
  const std::string large(2 << 20, 'x');
  const std::vector<std::pair<std::string, std::string>> gzip = {{"Content-Encoding", "gzip"}};
  receiver.AnswerWith({{400, {}, false, large},
                       {200, {}, false, large},
                       {200, gzip, false, "not gzip"},
                       {400, gzip, false, "not gzip"}});
  Append(5);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent() - 2 * kSeries; }));
  EXPECT_EQ(receiver.requests().size(), 5u);
  EXPECT_EQ(Metric("samples_failed_total"), 2.0 * kSeries);
  EXPECT_EQ(Metric("samples_retried_total"), 0);
}

TEST_P(SendingTest, ARedirectThatKeepsTheMethodIsFollowed) {
  ReceiverStandIn receiver;
  receiver.AnswerWith({{308, {{"Location", "/write"}}}, {204}, {307, {{"Location", "write"}}}});
  Start(receiver.url(), "", "max_shards: 1, max_samples_per_send: 30, ");
  Append(3);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent(); }));
  EXPECT_EQ(receiver.requests().size(), 5u);
  EXPECT_EQ(receiver.series(), sent_);
}

TEST_P(SendingTest, AReceiverThatFailsNowAndThenIsSaidOnce) {
  ReceiverStandIn receiver;
  std::vector<ReceiverStandIn::Answer> answers;
  for (int i = 0; i < 10; ++i) {
    answers.push_back({503, {}, false, "request " + std::to_string(i)});
    answers.push_back({204});
  }
  receiver.AnswerWith(answers);
  Start(receiver.url(), "", "max_shards: 1, max_samples_per_send: 30, ");
  Append(12);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent(); }));
  EXPECT_EQ(logger_.Count("will be sent again"), 1);
  EXPECT_LE(logger_.Count("delivered again"), 1);
}

TEST_P(SendingTest, HowFarItIsBehindIsToldAgainstTheNewestSampleOfTheStore) {
  const auto gauge = [&](const std::string& name) {
    for (const auto& family : telemetry_.Collect()) {
      if (family.name == "prometheus_remote_storage_" + name) return family.points.at(0).value;
    }
    return -1.0;
  };
  Append(1);
  Start("http://127.0.0.1:1/write", "remote_timeout: 100ms, ");
  Append(40);
  const auto newest_s = static_cast<double>(first_ms_ + 1000 * (step_ - 1)) / 1000;
  EXPECT_TRUE(Eventually([&] { return gauge("highest_timestamp_in_seconds") == newest_s; }));
  EXPECT_EQ(gauge("queue_highest_sent_timestamp_seconds"), 0);
  EXPECT_TRUE(Eventually([&] { return gauge("samples_pending") > 0; }));
  Apply("remote_write: []");
  EXPECT_EQ(gauge("samples_pending"), 0);
  EXPECT_TRUE(std::isnan(gauge("queue_highest_sent_timestamp_seconds")));
}

TEST_P(SendingTest, AnAnswerOfTroubleIsTriedAgain) {
  for (const int status : {500, 503, 429}) {
    ReceiverStandIn receiver;
    manager_.reset();
    sent_.clear();
    const size_t before = Sent();
    const auto failed = logger_.Count("will be sent again");
    const auto healed = logger_.Count("delivered again");
    Start(receiver.url(), "name: of" + std::to_string(status) + ", ", "max_shards: 1, ");
    receiver.AnswerWith({{status}, {status}, {status}});
    Append(2);
    ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent() - before; })) << status;
    EXPECT_EQ(receiver.series(), sent_);
    EXPECT_EQ(receiver.requests().at(3).Get("Retry-Attempt"), "3");
    EXPECT_EQ(logger_.Count("will be sent again"), failed + 1) << "one line for each reason";
    EXPECT_TRUE(Eventually([&] { return logger_.Count("delivered again") == healed + 1; }));
  }
}

TEST_P(SendingTest, RetryAfterIsWaitedFor) {
  ReceiverStandIn receiver;
  Start(receiver.url(), "", "max_shards: 1, ");
  receiver.AnswerWith({{429, {{"Retry-After", "1"}}}});
  const int64_t began_ns = clock_.MonotonicNanos();
  Append(1);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent(); }));
  EXPECT_GE(clock_.MonotonicNanos() - began_ns, 1'000'000'000);
}

TEST_P(SendingTest, A429IsDroppedWhereTheConfigurationSaysSo) {
  ReceiverStandIn receiver;
  Start(receiver.url(), "", "max_shards: 1, retry_on_http_429: false, ");
  receiver.AnswerWith({{429}});
  Append(1);
  ASSERT_TRUE(Eventually([&] { return Metric("samples_failed_total") == kSeries; }));
  EXPECT_EQ(receiver.samples(), 0u);
}

TEST_P(SendingTest, WhatIsRefusedIsDroppedAndTheRestGoesOn) {
  ReceiverStandIn receiver;
  Start(receiver.url(), "", "max_shards: 1, max_samples_per_send: 30, ");
  receiver.AnswerWith({{400}, {400}, {204}, {422}});
  Append(10);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent() - 3 * kSeries; }));
  EXPECT_EQ(Metric("samples_failed_total"), 3.0 * kSeries);
  EXPECT_TRUE(Eventually([&] { return logger_.Count("HTTP status 400: said so") == 1; }));
  EXPECT_TRUE(Eventually([&] { return logger_.Count("HTTP status 422") == 1; }));
}

TEST_P(SendingTest, AReceiverThatDoesNotAnswerIsTriedAgain) {
  ReceiverStandIn receiver;
  Start(receiver.url(), "remote_timeout: 200ms, ", "max_shards: 1, ");
  receiver.AnswerWith({{204, {}, true}});
  Append(1);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == Sent(); }));
  EXPECT_EQ(receiver.series(), sent_);
}

TEST_P(SendingTest, WhileTheReceiverIsAwayLittleIsReadAndNothingLost) {
  const uint16_t port = test::FreePort();
  Start("http://127.0.0.1:" + std::to_string(port) + "/write", "",
        "capacity: 50, max_samples_per_send: 10, max_shards: 2, ");
  Append(500);
  ASSERT_TRUE(Eventually([&] { return Metric("samples_pending") >= 50; }));
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_LE(Metric("samples_pending"), 2.0 * (50 + 10));
  EXPECT_LE(log_.read(), 10u) << "the rest stays where it is";
  ReceiverStandIn back(port);
  ASSERT_TRUE(Eventually([&] { return back.samples() == Sent(); }));
  EXPECT_EQ(back.series(), sent_);
}

TEST_P(SendingTest, AStopIsQuickWhileTheReceiverIsAway) {
  Start("http://127.0.0.1:1/write");
  Append(50);
  ASSERT_TRUE(Eventually([&] { return Metric("requests_total") > 0; }));
  const int64_t began_ns = clock_.MonotonicNanos();
  manager_->Stop();
  EXPECT_LT(clock_.MonotonicNanos() - began_ns, 4'500'000'000);
  EXPECT_EQ(log_.needed(), 1u);
}

TEST_P(SendingTest, LongLabelsMakeSmallRequests) {
  series_.clear();
  for (int i = 0; i < 300; ++i) {
    series_.push_back(
        model::Labels{{"__name__", "wide"},
                      {"i", std::to_string(i)},
                      {"text", std::string(60'000, static_cast<char>('a' + i % 26))}});
  }
  ReceiverStandIn receiver;
  Start(receiver.url(), "", "max_shards: 1, ");
  std::vector<model::SeriesSample> samples;
  for (uint32_t i = 0; i < series_.size(); ++i) samples.push_back({i, first_ms_, 1, 0});
  log_.Append(series_, samples);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == series_.size(); }));
  EXPECT_LT(receiver.largest(), size_t{4} << 20);
}

TEST_P(SendingTest, LabelsAreShapedAndSeriesDropped) {
  external_ = model::Labels{{"site", "here"}, {"i", "mine"}};
  ReceiverStandIn receiver;
  Start(receiver.url(),
        "write_relabel_configs: [{source_labels: [i], regex: '[1-9].*', action: drop}, "
        "{target_label: added, replacement: yes}], ");
  Append(2);
  ASSERT_TRUE(Eventually([&] { return receiver.samples() == 2; }));
  EXPECT_EQ(receiver.series().begin()->first,
            R"({__name__="m_total", added="yes", i="0", site="here"})");
  EXPECT_EQ(Metric("samples_dropped_total", "dropped_series"), 2.0 * (kSeries - 1));
}

TEST_P(SendingTest, WhatIsTooOldIsLeftOutAlsoWhileItWaits) {
  first_ms_ = clock_.WallMillis() - 5'000;
  ReceiverStandIn receiver;
  receiver.AnswerWith({{500}, {500}, {500}, {500}, {500}, {500}, {500}, {500}, {500}, {500}});
  Start(receiver.url(), "", "max_shards: 1, sample_age_limit: 3500ms, ");
  Append(6);  // from 5 s ago to now
  ASSERT_TRUE(Eventually([&] {
    return static_cast<double>(receiver.samples()) + Metric("samples_dropped_total", "too_old") ==
           static_cast<double>(Sent());
  }));
  EXPECT_GE(Metric("samples_dropped_total", "too_old"), 2.0 * kSeries);
  EXPECT_LE(receiver.samples(), 4u * kSeries);
  EXPECT_GT(receiver.samples(), 0u);
}

TEST_P(SendingTest, HistogramsAndExemplarsGoWhereTheyAreAskedFor) {
  ReceiverStandIn receiver, plain;
  const std::string message =
      GetParam() ? "protobuf_message: io.prometheus.write.v2.Request, " : "";
  Apply("remote_write: [{" + message +
        "send_exemplars: true, send_native_histograms: true, url: \"" + receiver.url() +
        "\", queue_config: {batch_send_deadline: 50ms}}, {url: \"" + plain.url() +
        "\", queue_config: {batch_send_deadline: 50ms}}]");
  model::Histogram histogram;
  histogram.count = 3;
  histogram.sum = 1.5;
  histogram.zero_count = 3;
  histogram.zero_threshold = 0.001;
  const auto shared = std::make_shared<const model::Histogram>(histogram);
  const model::Exemplar exemplar{model::Labels{{"trace_id", "abc"}}, 0.5, first_ms_};
  log_.Append(series_, {{0, first_ms_, 1, 0}}, {{1, {first_ms_, 0, shared}}},
              {{series_[0], exemplar}});
  ASSERT_TRUE(Eventually([&] {
    return receiver.histograms() == 1 && receiver.exemplars().size() == 1 &&
           receiver.samples() == 1 && plain.samples() == 1;
  }));
  EXPECT_EQ(receiver.exemplars().front(), R"({__name__="m_total", i="0"} {trace_id="abc"})");
  EXPECT_EQ(plain.histograms() + plain.exemplars().size(), 0u);
}

TEST_P(SendingTest, MetadataIsSaid) {
  families_ = {{"m", {"counter", "What m is.", ""}}, {"other", {"gauge", "Else.", ""}}};
  ReceiverStandIn receiver;
  Start(receiver.url());
  Append(1);
  ASSERT_TRUE(
      Eventually([&] { return receiver.samples() == Sent() && !receiver.families().empty(); }));
  const std::string family = GetParam() ? "m_total" : "m";
  ASSERT_TRUE(Eventually([&] { return receiver.families().contains(family); }));
  EXPECT_EQ(receiver.families()[family], "counter What m is.");
}

TEST_P(SendingTest, WhatA20ReceiverDidNotWriteHasFailed) {
  if (!GetParam()) GTEST_SKIP() << "1.0 says nothing of it";
  ReceiverStandIn receiver;
  receiver.SayWritten(false);
  Start(receiver.url(), "", "max_shards: 1, ");
  Append(1);
  ASSERT_TRUE(Eventually([&] { return Metric("samples_failed_total") == kSeries; }));
  EXPECT_TRUE(Eventually([&] { return logger_.Count("does it know remote write 2.0?") == 1; }));
}

TEST_P(SendingTest, AReloadKeepsWhatIsTheSameAndForgetsWhatIsGone) {
  ReceiverStandIn one, two;
  const std::string tail = ", queue_config: {batch_send_deadline: 50ms}}";
  const std::string first = "{name: one, url: \"" + one.url() + "\"" + tail;
  const std::string second = "{name: two, url: \"" + two.url() + "\"" + tail;
  Apply("remote_write: [" + first + ", " + second + "]");
  Append(2);
  ASSERT_TRUE(Eventually([&] { return one.samples() == Sent() && two.samples() == Sent(); }));
  EXPECT_EQ(log_.needed(), 1u);
  Apply("remote_write: [" + first + "]");
  Append(2);
  Apply("remote_write: [" + first + ", " + second + "]");
  sent_.clear();
  Append(2);
  ASSERT_TRUE(Eventually([&] { return one.samples() == Sent(); }));
  ASSERT_TRUE(Eventually([&] { return two.samples() >= 4u * kSeries; }));
  EXPECT_EQ(two.samples(), 4u * kSeries) << "what came in between was not kept for it";
  Apply("remote_write: []");
  EXPECT_EQ(log_.needed(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Versions, SendingTest, testing::Bool(),
                         [](const auto& version) { return version.param ? "V2" : "V1"; });

}  // namespace
}  // namespace vedette::remote
