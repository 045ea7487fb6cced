#include "shipper/sender.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "base/codec/compress.h"
#include "base/http/retry_after.h"
#include "base/secrets.h"
#include "base/strings.h"
#include "model/log_push.h"
#include "model/source_header.h"

namespace vedette::shipper {
namespace {

constexpr int64_t kSayAgainNs = 60'000'000'000;
constexpr int64_t kMaxRetryAfterMs = 300'000;
constexpr std::string_view kPushPath = "/loki/api/v1/push";

// A push body, and the positions in the order of its entries.
struct Packed {
  std::vector<model::LogStream> streams;
  model::SourcePositions positions;
};

Packed Pack(const std::string& source, std::span<const Entry> entries) {
  Packed packed;
  std::map<std::string_view, size_t> index;  // by label bytes
  std::vector<std::vector<uint64_t>> positions;
  for (const Entry& entry : entries) {
    const auto [at, added] = index.try_emplace(entry.labels.bytes(), packed.streams.size());
    if (added) {
      packed.streams.push_back({entry.labels, {}});
      positions.emplace_back();
    }
    packed.streams[at->second].entries.push_back({entry.timestamp_ns, entry.line, entry.metadata});
    positions[at->second].push_back(entry.position);
  }
  packed.positions.source = source;
  for (const std::vector<uint64_t>& of_stream : positions) {
    packed.positions.positions.insert(packed.positions.positions.end(), of_stream.begin(),
                                      of_stream.end());
  }
  return packed;
}

std::string FirstLine(std::string_view text) {
  return std::string(base::Trim(text.substr(0, text.find('\n'))).substr(0, 500));
}

}  // namespace

Sender::Sender(const Options& options, const std::string& name)
    : options_(options),
      sent_(options.telemetry->NewCounter("vedette_shipper_sent_entries_total",
                                          "Log entries acknowledged by the collector.",
                                          {{"source", name}})),
      buried_(options.telemetry->NewCounter("vedette_shipper_dead_letters_total",
                                            "Log entries the collector refused for good.",
                                            {{"source", name}})),
      retries_(options.telemetry->NewCounter(
          "vedette_shipper_retries_total", "Pushes that will be tried again.", {{"source", name}})),
      random_(static_cast<uint64_t>(options.clock->WallNanos())),
      backoff_(options.first_backoff) {}

base::Status Sender::Deliver(const std::string& source, std::span<const Entry> entries,
                             std::stop_token stop) {
  // Halves still to be delivered, the next one last: a stack instead of recursion. In order of
  // position, since the collector's mark only rises.
  std::vector<std::span<const Entry>> todo{entries};
  while (!todo.empty()) {
    const std::span<const Entry> part = todo.back();
    if (part.empty()) {
      todo.pop_back();
      continue;
    }
    const Answer answer = Push(source, part, stop);
    if (answer.verdict == Verdict::kTaken) {
      Recovered();
      sent_->Add(part.size());
      todo.pop_back();
    } else if (answer.verdict == Verdict::kRetry) {
      if (!Backoff(answer, stop)) return base::Cancelled("stopped before the collector answered");
    } else if (part.size() > 1) {
      todo.back() = part.subspan(part.size() / 2);
      todo.push_back(part.first(part.size() / 2));
    } else if (is_collector_) {
      // Refused once more since it has shown itself.
      is_collector_ = false;
      VEDETTE_RETURN_IF_ERROR(Bury(source, part[0], answer.reason, stop));
      todo.pop_back();
    } else if (const Answer who = Identify(stop); who.verdict != Verdict::kTaken) {
      if (!Backoff(who, stop)) return base::Cancelled("stopped before a collector answered");
    }
  }
  return base::Status();
}

Sender::Answer Sender::Push(const std::string& source, std::span<const Entry> entries,
                            std::stop_token stop) {
  const Packed packed = Pack(source, entries);
  const std::string header = model::FormatSourceHeader(packed.positions);
  if (header.size() > model::kMaxSourceHeaderBytes && entries.size() > 1) {
    return {Verdict::kTooLarge, "source header too long"};
  }
  const std::string body = base::SnappyCompress(model::EncodeLogPush(packed.streams));
  return Post(header, body, stop);
}

Sender::Answer Sender::Post(const std::string& source_header, const std::string& body,
                            std::stop_token stop) {
  base::http::ClientRequest request;
  request.method = "POST";
  request.url = options_.url + std::string(kPushPath);
  request.headers.Set("Content-Type", "application/x-protobuf");
  if (!source_header.empty()) request.headers.Set(model::kSourceHeader, source_header);
  if (const base::Status status = Authorize(&request.headers); !status.ok()) {
    return {Verdict::kRetry, std::string(base::Message(status))};
  }
  request.body = body;
  request.timeout = options_.timeout;
  request.stop = stop;
  const base::StatusOr<base::http::Response> response = options_.client->Send(request);
  if (!response.ok()) return {Verdict::kRetry, std::string(base::Message(response.status()))};
  const int status = response->status;
  if (status / 100 == 2) return {Verdict::kTaken, ""};
  const std::string reason =
      base::Concat({"HTTP ", std::to_string(status), ": ", FirstLine(response->body)});
  if (status == 400 || status == 422) return {Verdict::kRefused, reason};
  if (status == 413) return {Verdict::kTooLarge, reason};
  const int64_t wait_ms = base::http::RetryAfterMs(response->headers.Get("Retry-After"),
                                                   options_.clock->WallMillis(), kMaxRetryAfterMs);
  return {Verdict::kRetry, reason, std::chrono::milliseconds(wait_ms)};
}

base::Status Sender::Authorize(base::http::Headers* headers) const {
  if (!options_.token_file.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const base::Secret token,
                             base::ReadSecretFile(options_.fs, options_.token_file));
    headers->Set("Authorization", "Bearer " + token.Reveal());
  } else if (!options_.basic_auth_user.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const base::Secret password,
                             base::ReadSecretFile(options_.fs, options_.basic_auth_password_file));
    headers->Set("Authorization",
                 "Basic " + absl::Base64Escape(options_.basic_auth_user + ":" + password.Reveal()));
  }
  return base::Status();
}

Sender::Answer Sender::Identify(std::stop_token stop) {
  // A push without a stream is 422 to Loki and to ours, and nothing is stored. What answers 400 to
  // it (a server that wants TLS, a proxy of something else) says the same to any entry.
  Answer answer = Post("", base::SnappyCompress(""), stop);
  if (answer.verdict == Verdict::kRefused && base::StartsWith(answer.reason, "HTTP 422")) {
    answer.verdict = Verdict::kTaken;
  }
  if (answer.verdict != Verdict::kTaken) answer.reason = "this is no collector: " + answer.reason;
  is_collector_ = answer.verdict == Verdict::kTaken;
  return answer;
}

base::Status Sender::Bury(const std::string& source, const Entry& entry, const std::string& reason,
                          std::stop_token stop) {
  for (;;) {
    const base::Status status = options_.dead_letters->Add(source, entry, reason);
    if (status.ok()) break;
    // Not dropped while it is nowhere else.
    if (!Backoff({Verdict::kRetry, std::string(base::Message(status))}, stop)) {
      return base::Cancelled("stopped before the dead letter was written");
    }
  }
  buried_->Add();
  options_.logger->Warn("an entry was refused and kept as a dead letter",
                        {{"source", source}, {"position", entry.position}, {"reason", reason}});
  return base::Status();
}

bool Sender::Backoff(const Answer& answer, std::stop_token stop) {
  is_collector_ = false;
  retries_->Add();
  const int64_t now = options_.clock->MonotonicNanos();
  if (failing_since_mono_ns_ == 0) failing_since_mono_ns_ = now;
  if (logged_mono_ns_ == 0 || now - logged_mono_ns_ >= kSayAgainNs) {
    logged_mono_ns_ = now;
    options_.logger->Warn("the collector does not take logs, trying on",
                          {{"url", options_.url},
                           {"reason", answer.reason},
                           {"for_seconds", (now - failing_since_mono_ns_) / 1'000'000'000}});
  }
  // Half fixed, half random: agents that lost one collector do not come back in step.
  const int64_t half = backoff_.count() / 2;
  const std::chrono::milliseconds wait(
      half + static_cast<int64_t>(random_() % static_cast<uint64_t>(half + 1)));
  backoff_ = std::min(backoff_ * 2, options_.max_backoff);
  return options_.clock->SleepFor(std::max(wait, answer.retry_after), stop);
}

void Sender::Recovered() {
  is_collector_ = false;
  backoff_ = options_.first_backoff;
  if (failing_since_mono_ns_ == 0) return;
  if (logged_mono_ns_ != 0) {
    const int64_t seconds =
        (options_.clock->MonotonicNanos() - failing_since_mono_ns_) / 1'000'000'000;
    options_.logger->Info("the collector takes logs again", {{"after_seconds", seconds}});
  }
  failing_since_mono_ns_ = 0;
  logged_mono_ns_ = 0;
}

}  // namespace vedette::shipper
