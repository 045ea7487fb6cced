#include "collector/remote/delivery.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/codec/compress.h"
#include "base/http/retry_after.h"
#include "base/http/url.h"
#include "base/strings.h"

namespace vedette::remote {
namespace {

using base::http::Response;

constexpr int64_t kMaxPauseMs = 3'600'000;
constexpr int64_t kSayEveryNs = 60'000'000'000;
constexpr int kWell = -1;                // as a status: delivered again
constexpr size_t kMaxReasonBytes = 256;  // of what the receiver says
constexpr uint64_t kMaxAnswerBytes = 64 << 10;

std::string FirstLine(std::string_view body) {
  body = base::Trim(body);
  body = body.substr(0, std::min(body.find('\n'), kMaxReasonBytes));
  return base::RepairUtf8(base::Trim(body));
}

// The header's number where it is one, else nothing.
std::optional<uint64_t> Written(const Response& response, std::string_view what) {
  return base::ParseUint(
      response.headers.Get(base::Concat({"X-Prometheus-Remote-Write-", what, "-Written"})));
}

}  // namespace

Delivery::Delivery(const Options& options)
    : options_(options),
      origin_(base::http::OriginOf(options.config->url)),
      client_(options.config->http, {options.fs, options.clock, nullptr, nullptr}) {}

bool Delivery::Send(Batch* batch, const std::stop_token& stop) {
  const QueueConfig& queue = options_.config->queue;
  int64_t backoff_ms = queue.min_backoff_ms;
  std::string body;
  for (int attempt = 0;; ++attempt) {
    bool changed = false;
    if (!DropTooOld(batch, &changed)) return true;
    if (attempt == 0 || changed) body = base::SnappyCompress(batch->symbols + batch->body);
    if (attempt == 0) options_.metrics->sent.Add(batch->counts);
    const Answer answer = Attempt(*batch, body, attempt, stop);
    if (answer.verdict == Verdict::kDelivered) {
      SayWell();
      return true;
    }
    if (stop.stop_requested()) return false;
    Say(answer);
    if (answer.verdict == Verdict::kFailed) return true;
    if (once_) return false;
    options_.metrics->retried.Add(batch->counts);
    const int64_t pause_ms = answer.pause_ms > 0 ? answer.pause_ms : backoff_ms;
    if (!options_.clock->SleepFor(std::chrono::milliseconds(pause_ms), stop_pauses_.get_token())) {
      return false;
    }
    backoff_ms = std::max<int64_t>(1, std::min(backoff_ms * 2, queue.max_backoff_ms));
  }
}

bool Delivery::DropTooOld(Batch* batch, bool* changed) const {
  const int64_t limit_ms = options_.config->queue.sample_age_limit_ms;
  if (limit_ms == 0 || batch->counts.metadata > 0) return true;
  const Counts dropped = DropOlderThan(options_.clock->WallMillis() - limit_ms, batch);
  options_.metrics->too_old.Add(dropped);
  *changed = dropped.all() > 0;
  return !batch->empty();
}

Delivery::Answer Delivery::Attempt(const Batch& batch, const std::string& body, int attempt,
                                   const std::stop_token& stop) {
  const WriteConfig& config = *options_.config;
  base::http::ClientRequest request;
  request.method = "POST";
  request.url = config.url;
  request.timeout = std::chrono::milliseconds(config.timeout_ms);
  request.max_response_bytes = kMaxAnswerBytes;
  // The status decides, whatever becomes of the body.
  request.cut_body = true;
  request.accept_gzip = false;
  request.stop = stop;
  request.body = body;
  for (const auto& [name, value] : config.headers) request.headers.Set(name, value);
  request.headers.Set("User-Agent", "Vedette");
  request.headers.Set("Content-Encoding", "snappy");
  const bool is_v2 = config.is_v2 && batch.counts.metadata == 0;
  request.headers.Set("Content-Type",
                      is_v2 ? "application/x-protobuf;proto=io.prometheus.write.v2.Request"
                            : "application/x-protobuf");
  request.headers.Set("X-Prometheus-Remote-Write-Version", is_v2 ? "2.0.0" : "0.1.0");
  if (attempt > 0) request.headers.Set("Retry-Attempt", std::to_string(attempt));
  options_.metrics->requests->Add();
  (batch.counts.metadata > 0 ? options_.metrics->metadata_bytes : options_.metrics->bytes)
      ->Add(body.size());
  const int64_t began_ns = options_.clock->MonotonicNanos();
  const base::StatusOr<Response> response = client_.Send(std::move(request));
  options_.metrics->sent_duration->Observe(
      static_cast<double>(options_.clock->MonotonicNanos() - began_ns) / 1'000'000'000);
  if (response.ok()) return Judge(batch, *response);
  return {Verdict::kRetry, 0, std::string(base::Message(response.status()))};
}

Delivery::Answer Delivery::Judge(const Batch& batch, const Response& response) const {
  Answer answer;
  answer.status = response.status;
  if (response.status >= 200 && response.status < 300) {
    answer.verdict = Verdict::kDelivered;
    if (options_.config->is_v2) CountWritten(batch, response, &answer);
    return answer;
  }
  answer.reason = base::Concat({"HTTP status ", std::to_string(response.status)});
  if (const std::string line = FirstLine(response.body); !line.empty()) {
    answer.reason += ": " + line;
  }
  const bool retry =
      response.status >= 500 || (response.status == 429 && options_.config->queue.retry_on_429);
  if (retry) {
    answer.pause_ms = base::http::RetryAfterMs(response.headers.Get("Retry-After"),
                                               options_.clock->WallMillis(), kMaxPauseMs);
    return answer;
  }
  answer.verdict = Verdict::kFailed;
  // Of 2.0 some may have been written all the same.
  if (options_.config->is_v2) {
    CountWritten(batch, response, &answer);
  } else {
    options_.metrics->failed.Add(batch.counts);
  }
  return answer;
}

void Delivery::CountWritten(const Batch& batch, const Response& response, Answer* answer) const {
  const Counts& sent = batch.counts;
  Counts failed;
  failed.samples = sent.samples - std::min(sent.samples, Written(response, "Samples").value_or(0));
  failed.histograms =
      sent.histograms - std::min(sent.histograms, Written(response, "Histograms").value_or(0));
  failed.exemplars =
      sent.exemplars - std::min(sent.exemplars, Written(response, "Exemplars").value_or(0));
  options_.metrics->failed.Add(failed);
  if (failed.all() == 0 || answer->verdict == Verdict::kFailed) return;
  answer->verdict = Verdict::kFailed;
  answer->reason =
      failed.all() == sent.all()
          ? "it answers that nothing of a 2.0 request was written: does it know remote write 2.0?"
          : "it did not write all of a request";
}

bool Delivery::MaySay(int what) {
  const int64_t now_ns = options_.clock->MonotonicNanos();
  const auto [at, first] = said_ns_.try_emplace(what, now_ns);
  if (!first && now_ns - at->second < kSayEveryNs) return false;
  at->second = now_ns;
  return true;
}

void Delivery::Say(const Answer& answer) {
  {
    base::MutexLock lock(mutex_);
    if (!MaySay(answer.status)) return;
    if (answer.verdict == Verdict::kRetry) said_failing_ = true;
  }
  const std::string_view what = answer.verdict == Verdict::kRetry
                                    ? "remote write: not delivered, will be sent again"
                                    : "remote write: refused, dropped";
  options_.log->Warn(
      what, {{"queue", options_.config->name}, {"to", origin_}, {"reason", answer.reason}});
}

void Delivery::SayWell() {
  {
    base::MutexLock lock(mutex_);
    if (!said_failing_ || !MaySay(kWell)) return;
    said_failing_ = false;
  }
  options_.log->Info("remote write: delivered again",
                     {{"queue", options_.config->name}, {"to", origin_}});
}

}  // namespace vedette::remote
