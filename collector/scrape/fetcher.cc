#include "collector/scrape/fetcher.h"

#include <array>
#include <chrono>
#include <utility>

#include <openssl/evp.h>

#include "base/number_text.h"
#include "base/secrets.h"
#include "base/strings.h"

namespace vedette::scrape {
namespace {

using base::http::ClientRequest;
using base::http::Response;

constexpr int kMaxRedirects = 10;

struct Protocol {
  std::string_view name;
  std::string_view accept;
  bool has_escaping;  // knows names beyond the plain ones
};
constexpr std::array<Protocol, 5> kAcceptOf = {{
    {"PrometheusProto",
     "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
     false},
    {"OpenMetricsText1.0.0", "application/openmetrics-text;version=1.0.0", true},
    {"OpenMetricsText0.0.1", "application/openmetrics-text;version=0.0.1", false},
    {"PrometheusText1.0.0", "text/plain;version=1.0.0", true},
    {"PrometheusText0.0.4", "text/plain;version=0.0.4", false},
}};

std::string Base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  out.resize(static_cast<size_t>(n));
  return out;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// "http://host:port" of a URL.
std::string_view Origin(std::string_view url) {
  const size_t slashes = url.find("://");
  if (slashes == url.npos) return {};
  return url.substr(0, url.find_first_of("/?#", slashes + 3));
}

// The URL that a Location header means, or empty when it is neither absolute nor a path.
std::string ResolveLocation(std::string_view from, std::string_view location) {
  if (base::StartsWith(location, "http://") || base::StartsWith(location, "https://")) {
    return std::string(location);
  }
  if (!base::StartsWith(location, "/") || base::StartsWith(location, "//")) return {};
  return base::Concat({Origin(from), location});
}

std::string_view StatusText(int status) {
  switch (status) {
    case 301:
      return " Moved Permanently";
    case 302:
      return " Found";
    case 400:
      return " Bad Request";
    case 401:
      return " Unauthorized";
    case 403:
      return " Forbidden";
    case 404:
      return " Not Found";
    case 405:
      return " Method Not Allowed";
    case 406:
      return " Not Acceptable";
    case 429:
      return " Too Many Requests";
    case 500:
      return " Internal Server Error";
    case 502:
      return " Bad Gateway";
    case 503:
      return " Service Unavailable";
    case 504:
      return " Gateway Timeout";
    default:
      return "";
  }
}

base::Status CheckSize(const base::Status& status, const JobConfig& job) {
  if (!absl::IsResourceExhausted(status) || job.limits.body_bytes == 0) return status;
  return base::ResourceExhausted(base::Concat(
      {"body size limit exceeded (", std::to_string(job.limits.body_bytes), " bytes)"}));
}

}  // namespace

std::string AcceptHeader(const JobConfig& job) {
  std::string out;
  size_t weight = kAcceptOf.size() + 1;
  for (const std::string& wanted : job.protocols) {
    for (const Protocol& protocol : kAcceptOf) {
      if (protocol.name != wanted) continue;
      out += protocol.accept;
      if (protocol.has_escaping) {
        out +=
            base::Concat({";escaping=", model::exposition::NameEscapingText(job.names.escaping)});
      }
      out += base::Concat({";q=0.", std::to_string(weight), ","});
    }
    --weight;
  }
  return base::Concat({out, "*/*;q=0.", std::to_string(weight)});
}

base::StatusOr<model::exposition::Format> ChooseFormat(std::string_view content_type,
                                                       const JobConfig& job) {
  if (const auto format = model::exposition::FormatOfContentType(content_type)) return *format;
  if (job.fallback_format) return *job.fallback_format;
  if (base::Trim(content_type).empty()) {
    return base::InvalidArgument(
        "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol "
        "specified for target");
  }
  return base::InvalidArgument(
      base::Concat({"received unsupported Content-Type ", base::GoQuote(content_type),
                    " and no fallback_scrape_protocol specified for target"}));
}

base::Status Fetcher::Authorize(const HttpAuth& auth, base::http::Headers* headers) const {
  if (!auth.username.empty() || !auth.password_file.empty()) {
    std::string password;
    if (!auth.password_file.empty()) {
      VEDETTE_ASSIGN_OR_RETURN(const base::Secret secret,
                               base::ReadSecretFile(fs_, auth.password_file));
      password = secret.Reveal();
    }
    headers->Set("Authorization", "Basic " + Base64(base::Concat({auth.username, ":", password})));
  } else if (!auth.credentials_file.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(const base::Secret secret,
                             base::ReadSecretFile(fs_, auth.credentials_file));
    headers->Set("Authorization", base::Concat({auth.authorization_type, " ", secret.Reveal()}));
  }
  return {};
}

base::StatusOr<Response> Fetcher::Follow(const Target& target, ClientRequest request) const {
  const base::http::Headers plain = request.headers;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    // Credentials go to the target's own origin only.
    request.headers = plain;
    if (Origin(request.url) == Origin(target.url)) {
      VEDETTE_RETURN_IF_ERROR(Authorize(target.job->auth, &request.headers));
    }
    VEDETTE_ASSIGN_OR_RETURN(Response response, client_->Send(request));
    if (!target.job->follow_redirects || !IsRedirect(response.status)) return response;
    request.url = ResolveLocation(request.url, response.headers.Get("Location"));
    if (request.url.empty()) return response;
  }
  return base::Unavailable("stopped after 10 redirects");
}

base::StatusOr<Exposition> Fetcher::Fetch(const Target& target, std::stop_token stop) const {
  const JobConfig& job = *target.job;
  ClientRequest request;
  request.url = target.url;
  request.timeout = std::chrono::milliseconds(target.timeout_ms);
  if (job.limits.body_bytes > 0) request.max_response_bytes = job.limits.body_bytes;
  request.accept_gzip = job.enable_compression;
  request.stop = std::move(stop);
  request.headers.Set("Accept", AcceptHeader(job));
  request.headers.Set("User-Agent", "Vedette");
  std::string timeout;
  base::AppendFloatF(static_cast<double>(target.timeout_ms) / 1000, &timeout);
  request.headers.Set("X-Prometheus-Scrape-Timeout-Seconds", timeout);
  auto response = Follow(target, std::move(request));
  if (!response.ok()) return CheckSize(response.status(), job);
  if (response->status != 200) {
    return base::Unavailable(
        base::Concat({"server returned HTTP status ", std::to_string(response->status),
                      StatusText(response->status)}));
  }
  Exposition exposition;
  VEDETTE_ASSIGN_OR_RETURN(exposition.format,
                           ChooseFormat(response->headers.Get("Content-Type"), job));
  exposition.body = std::move(response->body);
  return exposition;
}

}  // namespace vedette::scrape
