#include "collector/remote/query_client.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::remote {
namespace {

using base::http::ClientRequest;
using base::http::Request;
using base::http::Response;

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

// What says how a body or an answer is written.
constexpr std::string_view kPassedOn[] = {"Content-Type", "Content-Encoding",
                                          "X-Loki-Response-Encoding-Flags"};

std::string WithoutSlash(std::string url) {
  while (base::EndsWith(url, "/")) url.pop_back();
  return url;
}

// A proxy on the way may fold them, and then the configuration's credentials ask for another path.
bool HasDotParts(std::string_view path) {
  const std::vector<std::string_view> parts = base::Split(path, '/');
  return std::any_of(parts.begin(), parts.end(),
                     [](std::string_view part) { return part == "." || part == ".."; });
}

// What of the answer is the client's business. The body has been unpacked.
Response Shown(Response answer) {
  Response response;
  response.status = answer.status;
  const std::string_view type = answer.headers.Get("Content-Type");
  if (!type.empty()) response.headers.Set("Content-Type", type);
  const std::string_view retry = answer.headers.Get("Retry-After");
  if (!retry.empty()) response.headers.Set("Retry-After", retry);
  response.body = std::move(answer.body);
  return response;
}

}  // namespace

QueryClient::QueryClient(const QueryConfig& config, std::string field, base::FileSystem* fs,
                         base::Clock* clock)
    : field_(std::move(field)),
      url_(WithoutSlash(config.url)),
      timeout_ms_(config.timeout_ms),
      max_response_bytes_(config.max_response_bytes),
      client_(config.http, {.fs = fs, .clock = clock}) {}

base::StatusOr<Response> QueryClient::Send(ClientRequest request) const {
  request.timeout = std::chrono::milliseconds(timeout_ms_);
  request.max_response_bytes = max_response_bytes_;
  base::StatusOr<Response> answer = client_.Send(std::move(request));
  if (!answer.ok()) return base::Annotate(answer.status(), field_);
  return Shown(*std::move(answer));
}

base::StatusOr<Response> QueryClient::PassOn(const Request& request) const {
  if (HasDotParts(request.path)) {
    return base::InvalidArgument(base::Concat(
        {base::GoQuote(request.path), ": a path with \".\" or \"..\" in it is not passed on"}));
  }
  ClientRequest out;
  out.method = request.method == "HEAD" ? "GET" : request.method;
  out.url = base::Concat({url_, request.target});
  for (const std::string_view name : kPassedOn) {
    const std::string_view value = request.headers.Get(name);
    if (!value.empty()) out.headers.Set(name, value);
  }
  out.body = request.body;
  out.stop = request.stop;
  return Send(std::move(out));
}

base::StatusOr<Response> QueryClient::Instant(std::string_view query, int64_t time_ms,
                                              std::stop_token stop,
                                              std::string_view path) const {
  std::string time;
  base::AppendSeconds(time_ms, &time);
  ClientRequest out;
  out.method = "POST";
  out.url = base::Concat({url_, path});
  out.headers.Set("Content-Type", kFormType);
  out.body = base::Concat({"query=", base::http::PercentEncode(query), "&time=", time});
  out.stop = std::move(stop);
  return Send(std::move(out));
}

}  // namespace vedette::remote
