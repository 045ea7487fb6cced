#ifndef VEDETTE_TESTS_COLLECTOR_REMOTE_RECEIVER_STAND_IN_H_
#define VEDETTE_TESTS_COLLECTOR_REMOTE_RECEIVER_STAND_IN_H_

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/codec/compress.h"
#include "base/http/server.h"
#include "base/mutex.h"
#include "model/wire_batch.h"
#include "tests/support/capture_logger.h"

namespace vedette::remote {

// Receives remote write on a port of its own and answers as it is told. Thread-safe.
class ReceiverStandIn {
 public:
  struct Sample {
    int64_t time_ms = 0;
    double value = 0;
    friend bool operator==(const Sample&, const Sample&) = default;
  };
  using Series = std::map<std::string, std::vector<Sample>>;
  struct Answer {
    int status = 204;
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool silent = false;  // none at all
    std::string body = "said so";
  };

  // `port` 0: any.
  explicit ReceiverStandIn(uint16_t port = 0) {
    base::http::Route route;
    route.method = "POST";
    route.pattern = "/write";
    route.pool = base::http::Pool::kIngest;
    route.scope = base::http::Scope::kNone;
    route.handler = [this](const base::http::Request& request, base::http::Responder respond) {
      Take(request, std::move(respond));
    };
    router_.Handle(std::move(route));
    base::http::Server::Options options;
    options.listen = {"127.0.0.1:" + std::to_string(port)};
    options.router = &router_;
    options.clock = &clock_;
    options.logger = &log_;
    auto server = base::http::Server::Start(std::move(options));
    EXPECT_TRUE(server.ok()) << server.status();
    if (server.ok()) server_ = *std::move(server);
  }
  ~ReceiverStandIn() {
    server_->Stop();
    held_.clear();
  }

  uint16_t port() const { return server_->Ports().at(0); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/write"; }

  // The next requests are answered so, one after the other; then 204.
  void AnswerWith(std::vector<Answer> answers) {
    base::MutexLock lock(mutex_);
    answers_.assign(answers.begin(), answers.end());
  }
  // 2.0: says how much was written.
  void SayWritten(bool say) {
    base::MutexLock lock(mutex_);
    say_written_ = say;
  }

  // What was accepted, by labels.
  Series series() const {
    base::MutexLock lock(mutex_);
    return series_;
  }
  size_t samples() const {
    base::MutexLock lock(mutex_);
    size_t count = 0;
    for (const auto& [labels, samples] : series_) count += samples.size();
    return count;
  }
  size_t histograms() const {
    base::MutexLock lock(mutex_);
    return histograms_;
  }
  std::vector<std::string> exemplars() const {
    base::MutexLock lock(mutex_);
    return exemplars_;
  }
  std::map<std::string, std::string> families() const {
    base::MutexLock lock(mutex_);
    return families_;
  }
  std::vector<base::http::Headers> requests() const {
    base::MutexLock lock(mutex_);
    return requests_;
  }
  size_t largest() const {
    base::MutexLock lock(mutex_);
    return largest_;
  }
  std::vector<int64_t> starts() const {
    base::MutexLock lock(mutex_);
    return starts_;
  }

 private:
  void Take(const base::http::Request& request, base::http::Responder respond) {
    base::MutexLock lock(mutex_);
    requests_.push_back(request.headers);
    Answer answer;
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.pop_front();
    }
    if (answer.silent) {
      held_.push_back(std::move(respond));
      return;
    }
    base::http::Response response = base::http::Response::Text(answer.status, answer.body);
    for (const auto& [name, value] : answer.headers) response.headers.Set(name, value);
    if (answer.status / 100 == 2) Store(request, &response);
    respond(std::move(response));
  }

  void Store(const base::http::Request& request, base::http::Response* response)
      VEDETTE_REQUIRES(mutex_) {
    EXPECT_EQ(request.headers.Get("Content-Encoding"), "snappy");
    const auto body = base::SnappyDecompress(request.body, 64 << 20);
    ASSERT_TRUE(body.ok());
    largest_ = std::max(largest_, body->size());
    const bool is_v2 = request.headers.Get("X-Prometheus-Remote-Write-Version") == "2.0.0";
    const auto batch = is_v2 ? model::WireBatch::ParseV2(*body) : model::WireBatch::ParseV1(*body);
    ASSERT_TRUE(batch.ok()) << batch.status();
    for (size_t i = 0; i < batch->size(); ++i) {
      const auto labels = batch->LabelsOf(i);
      ASSERT_TRUE(labels.ok()) << labels.status();
      for (const model::WireSample& sample : batch->Samples(i)) {
        series_[labels->ToString()].push_back({sample.time_ms, sample.value});
      }
      for (const int64_t start : batch->Starts(i)) starts_.push_back(start);
      for (size_t k = 0; k < batch->exemplar_count(i); ++k) {
        const auto exemplar = batch->ExemplarOf(i, k);
        ASSERT_TRUE(exemplar.ok()) << exemplar.status();
        exemplars_.push_back(labels->ToString() + " " + exemplar->labels.ToString());
      }
      for (size_t k = 0; k < batch->histogram_count(i); ++k) {
        ASSERT_TRUE(batch->HistogramOf(i, k).ok());
      }
    }
    histograms_ += batch->histogram_count();
    batch->ForEachFamily([&](const model::WireBatch::FamilyView& view)
                             VEDETTE_NO_THREAD_SAFETY_ANALYSIS {
                               families_[std::string(view.family)] =
                                   std::string(view.type) + " " + std::string(view.help);
                             });
    if (!is_v2 || !say_written_) return;
    const auto say = [&](std::string_view what, size_t count) {
      response->headers.Set("X-Prometheus-Remote-Write-" + std::string(what) + "-Written",
                            std::to_string(count));
    };
    say("Samples", batch->samples().size());
    say("Histograms", batch->histogram_count());
    say("Exemplars", batch->exemplar_count());
  }

  base::SystemClock clock_;
  test::CaptureLogger log_;
  base::http::Router router_;
  std::unique_ptr<base::http::Server> server_;
  mutable base::Mutex mutex_;
  std::deque<Answer> answers_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<base::http::Responder> held_;
  bool say_written_ VEDETTE_GUARDED_BY(mutex_) = true;
  Series series_ VEDETTE_GUARDED_BY(mutex_);
  size_t histograms_ VEDETTE_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> exemplars_ VEDETTE_GUARDED_BY(mutex_);
  std::map<std::string, std::string> families_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<base::http::Headers> requests_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<int64_t> starts_ VEDETTE_GUARDED_BY(mutex_);
  size_t largest_ VEDETTE_GUARDED_BY(mutex_) = 0;
};

}  // namespace vedette::remote

#endif  // VEDETTE_TESTS_COLLECTOR_REMOTE_RECEIVER_STAND_IN_H_
