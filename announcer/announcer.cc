#include "announcer/announcer.h"

#include <algorithm>
#include <boost/json.hpp>

#include "absl/strings/ascii.h"
#include "base/http/retry_after.h"
#include "base/strings.h"

namespace vedette::announcer {
namespace {

constexpr std::string_view kAgentsPath = "/api/v1/agents";
constexpr std::chrono::seconds kTimeout{10};
constexpr std::chrono::milliseconds kFirstBackoff{1'000};
constexpr std::chrono::minutes kLongPause{5};
constexpr uint64_t kMaxAnswerBytes = 1 << 20;
constexpr size_t kMaxReason = 500;

base::http::ConfiguredClient::Options ClientOptions(const Announcer::Options& options) {
  return {options.fs, options.clock, options.new_client, nullptr};
}

// The API's error, or the first line of what something else said.
std::string ReasonOf(int status, std::string_view body) {
  std::string text(base::Trim(body.substr(0, std::min(body.find('\n'), kMaxReason))));
  boost::system::error_code error;
  const boost::json::value parsed =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), error);
  if (!error && parsed.is_object()) {
    const boost::json::value* said = parsed.get_object().if_contains("error");
    if (said != nullptr && said->is_string()) {
      text.assign(said->get_string().data(), said->get_string().size());
    }
  }
  return base::Concat({"HTTP ", std::to_string(status), ": ", text.substr(0, kMaxReason)});
}

// What is worth a line of its own: the status and its reason, but for times, which change with each
// answer ("heard 1m7s ago").
std::string OutcomeOf(const Answer& answer) {
  if (answer.heard()) return "heard";
  std::string outcome = std::to_string(answer.status);
  for (const std::string_view word : base::Split(answer.reason, ' ')) {
    if (!word.empty() && absl::ascii_isdigit(static_cast<unsigned char>(word[0]))) continue;
    outcome += base::Concat({" ", word});
  }
  return outcome;
}

}  // namespace

Answer SendAnnouncement(const base::http::ConfiguredClient& client, const std::string& url,
                        const model::Announcement& announcement, bool check, std::stop_token stop) {
  base::http::ClientRequest request;
  request.method = "POST";
  request.url = base::Concat({url, kAgentsPath, check ? "?check=true" : ""});
  request.headers.Set("Content-Type", "application/json");
  request.body = model::EncodeAnnouncement(announcement);
  request.timeout = kTimeout;
  request.max_response_bytes = kMaxAnswerBytes;
  request.stop = std::move(stop);
  auto response = client.Send(std::move(request));
  Answer answer;
  if (!response.ok()) {
    answer.reason = base::Message(response.status());
    return answer;
  }
  answer.status = response->status;
  answer.date_ms = base::http::ParseHttpDateMs(response->headers.Get("Date")).value_or(0);
  answer.retry_after = response->headers.Get("Retry-After");
  if (!answer.heard()) answer.reason = ReasonOf(answer.status, response->body);
  answer.body = std::move(response->body);
  return answer;
}

Announcer::Announcer(Options options)
    : options_(std::move(options)),
      client_(options_.http, ClientOptions(options_)),
      posts_(options_.telemetry->NewCounter("vedette_announcer_posts_total",
                                            "Times that the collector was told of this host.")),
      failures_(options_.telemetry->NewCounter("vedette_announcer_failures_total",
                                               "Times that it did not listen.")),
      heard_(options_.telemetry->NewGauge("vedette_announcer_heard",
                                          "Whether the collector listened the last time.")),
      random_(static_cast<uint64_t>(options_.clock->WallNanos())),
      backoff_(kFirstBackoff) {
  thread_ = std::jthread([this](std::stop_token stop) { Run(std::move(stop)); });
}

Announcer::~Announcer() {
  thread_.request_stop();
  thread_.join();
}

void Announcer::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    model::Announcement announcement = options_.announcement;
    announcement.pages = options_.pages();
    const Answer answer = SendAnnouncement(client_, options_.url, announcement, false, stop);
    if (stop.stop_requested()) return;
    posts_->Add();
    if (!answer.heard()) failures_->Add();
    heard_->Set(answer.heard() ? 1 : 0);
    Say(answer);
    if (!options_.clock->SleepFor(Pause(answer), stop)) return;
  }
}

void Announcer::Say(const Answer& answer) {
  std::string outcome = OutcomeOf(answer);
  if (outcome == said_) return;
  said_ = std::move(outcome);
  const std::string& host = options_.announcement.host;
  if (answer.heard()) {
    options_.logger->Info("the collector knows this host", {{"url", options_.url}, {"host", host}});
  } else if (answer.status == 404) {
    options_.logger->Info(
        "what takes the logs takes no announcements: it has to be told of this "
        "host by a scrape configuration",
        {{"url", options_.url}});
  } else {
    options_.logger->Warn("the collector does not listen to this host's announcements, trying on",
                          {{"url", options_.url}, {"host", host}, {"reason", answer.reason}});
  }
}

std::chrono::milliseconds Announcer::Pause(const Answer& answer) {
  const bool may_pass = answer.status == 0 || answer.status / 100 == 5 || answer.status == 429;
  std::chrono::milliseconds pause = options_.interval;
  if (may_pass) {
    pause = std::min(backoff_, options_.interval);
    backoff_ = std::min(backoff_ * 2, options_.interval);
  } else {
    backoff_ = std::min(kFirstBackoff, options_.interval);
  }
  if (answer.status == 404) pause = std::max<std::chrono::milliseconds>(kLongPause, pause);
  // A server on its way down may ask for minutes; after two the host would count as silent.
  const std::chrono::milliseconds most = answer.status == 429 ? kLongPause : options_.interval;
  const std::chrono::milliseconds asked(
      base::http::RetryAfterMs(answer.retry_after, options_.clock->WallMillis(), most.count()));
  pause = std::max(pause, asked);
  // A tenth earlier at most: agents that lost one collector do not come back in step.
  const auto tenth = static_cast<uint64_t>(pause.count()) / 10;
  return pause - std::chrono::milliseconds(tenth == 0 ? 0 : random_() % tenth);
}

}  // namespace vedette::announcer
