#include "alerting/notify/sender.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "alerting/notify/message_text.h"
#include "alerting/notify/payload.h"
#include "alerting/notify/signature.h"
#include "base/digest.h"
#include "base/json_writer.h"
#include "base/strings.h"

namespace vedette::notify {
namespace {

using Type = model::Integration::Type;
using Verdict = Outcome::Verdict;
using Mode = TalkTarget::Mode;

constexpr std::chrono::milliseconds kTimeout{10'000};
constexpr std::chrono::milliseconds kTalkTimeout{35'000};  // the server may sleep 25 s before a 401
constexpr size_t kRandomBytes = 32;
constexpr size_t kCommunityAppBytes = 30'000;
constexpr uint64_t kMaxAnswerBytes = 1 << 20;
constexpr int64_t kTooManyRequestsMs = 30 * 60 * 1000;
constexpr int64_t kMaxRetryAfterMs = 60 * 60 * 1000;
constexpr int kTooManyRequests = 429;

std::string TalkBody(const std::string& text, const Sender::Message& message) {
  std::string body;
  base::JsonWriter json(&body);
  json.BeginObject();
  json.Key("message").String(text);
  json.Key("referenceId").String(base::Sha256Hex(message.delivery_id));
  json.Key("silent").Bool(TalkSilent(*message.notification));
  json.EndObject();
  return body;
}

// {"text", "message"} in front of Alertmanager's object, for Slack-like receivers.
std::string GenericBody(const std::string& text, const model::Notification& notification,
                        const std::string& external_url) {
  std::string body;
  base::JsonWriter json(&body);
  json.BeginObject().Key("text").String(text).Key("message").String(text).EndObject();
  body.back() = ',';
  return body + WebhookPayload(notification, external_url, 0).substr(1);
}

// Whatever may heal is tried again: a redirect, 403 or 404 is a receiver, proxy or bot that is not
// (or no longer) set up, and the next attempt may find it so.
Verdict JudgeStatus(Type type, int status) {
  if (status >= 200 && status < 300) return Verdict::kDelivered;
  switch (type) {
    case Type::kNextcloudTalk:
      if (status == 413) return Verdict::kTooLarge;
      if (status == 401) return Verdict::kRefused;
      return status == 400 ? Verdict::kRejected : Verdict::kRetry;
    case Type::kHomeAssistant:
      // It answers 200 to every message that arrives, 400 when it does not trust the proxy.
      return status == 413 ? Verdict::kRejected : Verdict::kRetry;
    case Type::kWebhook:
      break;
  }
  const bool about_message = status == 400 || status == 413 || status == 422;
  return about_message ? Verdict::kRejected : Verdict::kRetry;
}

// How long the receiver asks to be left alone. Obeyed with 429, where it will not listen before;
// elsewhere it is the server's guess, and a phone should not wait for it longer than for ours.
int64_t RetryAfterMs(Type type, int status, std::string_view text) {
  const int64_t limit = status == kTooManyRequests ? kMaxRetryAfterMs : kMaxBackoffMs;
  if (const auto seconds = base::ParseUint(text)) {
    return static_cast<int64_t>(std::min(*seconds, static_cast<uint64_t>(limit / 1000))) * 1000;
  }
  // Nextcloud says it without a time, and keeps to it for half an hour.
  const bool shut_out = type == Type::kNextcloudTalk && status == kTooManyRequests;
  return shut_out ? kTooManyRequestsMs : 0;
}

}  // namespace

Outcome Judge(Type type, int status, std::string_view retry_after) {
  Outcome outcome;
  outcome.verdict = JudgeStatus(type, status);
  outcome.reason = "HTTP status " + std::to_string(status);
  if (status >= 300 && status < 400) outcome.reason += ", redirects are not followed";
  if (outcome.verdict == Verdict::kRetry) {
    outcome.retry_after_ms = RetryAfterMs(type, status, retry_after);
  }
  return outcome;
}

Sender::Sender(base::http::Client* client, std::string external_url, std::string user_agent)
    : client_(client), external_url_(std::move(external_url)), user_agent_(std::move(user_agent)) {}

void Sender::BuildTalk(const Credentials& credentials, const Message& message,
                       base::http::ClientRequest* request) const {
  std::string text =
      CutToCharacters(TalkMessage(*message.notification, external_url_), message.max_characters);
  request->timeout = kTalkTimeout;
  request->headers.Set("Accept", "application/json");
  switch (credentials.mode) {
    case Mode::kBot: {
      const std::string random = base::RandomHex(kRandomBytes);
      // The server signs what it decodes: the same bytes that the JSON carries.
      text = base::RepairUtf8(text);
      request->headers.Set("OCS-APIRequest", "true");
      request->headers.Set("X-Nextcloud-Talk-Bot-Random", random);
      request->headers.Set("X-Nextcloud-Talk-Bot-Signature",
                           TalkSignature(credentials.bot_secret, random, text));
      request->body = TalkBody(text, message);
      return;
    }
    case Mode::kChat:
      request->headers.Set("OCS-APIRequest", "true");
      request->body = TalkBody(text, message);
      return;
    case Mode::kCommunityApp: {
      request->headers.Set("X-Webhook-Secret", credentials.bot_secret.Reveal());
      base::JsonWriter json(&request->body);
      json.BeginObject().Key("message").String(CutToBytes(text, kCommunityAppBytes)).EndObject();
      return;
    }
    case Mode::kGeneric:
      request->body = GenericBody(text, *message.notification, external_url_);
      return;
  }
}

base::http::ClientRequest Sender::Build(const model::Integration& integration,
                                        const Credentials& credentials,
                                        const Message& message) const {
  base::http::ClientRequest request;
  request.method = "POST";
  request.url = credentials.url.Reveal();
  request.timeout = kTimeout;
  request.max_response_bytes = kMaxAnswerBytes;
  request.cut_body = true;  // the status says it all
  request.headers.Set("Content-Type", "application/json");
  request.headers.Set("User-Agent", user_agent_);
  switch (integration.type) {
    case Type::kWebhook:
      request.body = WebhookPayload(*message.notification, external_url_, integration.max_alerts);
      if (integration.timeout_ms > 0) {
        request.timeout = std::chrono::milliseconds(integration.timeout_ms);
      }
      break;
    case Type::kHomeAssistant:
      request.body =
          HomeAssistantPayload(*message.notification, message.delivery_id, external_url_);
      break;
    case Type::kNextcloudTalk:
      BuildTalk(credentials, message, &request);
      break;
  }
  return request;
}

Outcome Sender::Send(const model::Integration& integration, const Credentials& credentials,
                     const Message& message, std::stop_token stop) const {
  base::http::ClientRequest request = Build(integration, credentials, message);
  request.stop = stop;
  const auto response = client_->Send(request);
  if (response.ok()) {
    return Judge(integration.type, response->status, response->headers.Get("Retry-After"));
  }
  Outcome outcome;
  outcome.reason = std::string(base::Message(response.status()));
  if (absl::IsCancelled(response.status())) outcome.verdict = Verdict::kCancelled;
  return outcome;
}

}  // namespace vedette::notify
