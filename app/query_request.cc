#include "app/query_request.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/clock.h"
#include "base/escape.h"
#include "base/http/configured_client.h"
#include "base/number_text.h"
#include "base/strings.h"
#include "collector/api/time_text.h"

namespace vedette::app {
namespace {

std::string Form(const Question& question) {
  const auto seconds = [](int64_t ms) {
    std::string out;
    base::AppendSeconds(ms, &out);
    return out;
  };
  std::string out = "query=" + base::EscapeQuery(question.expr);
  if (question.step_ms > 0) {
    out += "&start=" + seconds(question.start_ms) + "&end=" + seconds(question.end_ms) +
           "&step=" + seconds(question.step_ms);
  } else {
    out += "&time=" + seconds(question.start_ms);
  }
  return out + "&timeout=" + seconds(question.timeout_ms);
}

}  // namespace

base::StatusOr<QueryAnswer> Ask(const ServerAccess& server, const Question& question,
                                base::FileSystem* fs) {
  VEDETTE_ASSIGN_OR_RETURN(base::http::ClientConfig config, server.Config(fs));
  base::http::ClientRequest request;
  request.method = "POST";
  request.url = server.BaseUrl() + (question.step_ms > 0 ? "/api/v1/query_range" : "/api/v1/query");
  request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  request.body = Form(question);
  constexpr int64_t kMarginMs = 5000;  // so that the server's own word about its time comes first
  request.timeout = std::chrono::milliseconds(question.timeout_ms + kMarginMs);
  request.max_response_bytes = 512ull << 20;
  base::SystemClock clock;
  const base::http::ConfiguredClient client(std::move(config), {fs, &clock, nullptr, nullptr});
  auto response = client.Send(std::move(request));
  if (!response.ok()) return base::Unavailable(base::Message(response.status()));
  auto answer = ParseQueryAnswer(std::move(response->body));
  if (answer.ok()) return answer;
  return base::Unavailable(base::Concat({"the server answered ", std::to_string(response->status),
                                         response->status == 401 || response->status == 403
                                             ? ": it wants other credentials"
                                             : ", but not as Prometheus' API does"}));
}

std::optional<int64_t> ParseQueryTime(std::string_view text, int64_t now_ms) {
  if (base::StartsWith(text, "now")) {
    if (text == "now") return now_ms;
    text.remove_prefix(3);
    if (!base::StartsWith(text, "-")) return std::nullopt;
  }
  if (base::StartsWith(text, "-")) {
    if (const auto ago = base::ParseDurationMs(text.substr(1))) return now_ms - *ago;
  }
  if (const auto time = api::ParseRfc3339(text)) return time->ToMillis();
  const auto seconds = base::ParseDouble(text);
  constexpr double kMostSeconds = 1e12;
  if (!seconds || !(std::abs(*seconds) < kMostSeconds)) return std::nullopt;
  return std::llround(*seconds * 1000);
}

}  // namespace vedette::app
