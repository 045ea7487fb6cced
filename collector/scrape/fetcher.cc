#include "collector/scrape/fetcher.h"

#include <array>
#include <chrono>
#include <utility>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::scrape {
namespace {

using base::http::ClientRequest;

// Who likes both alike says gzip, as to Prometheus; our own exporters say zstd, which costs less.
constexpr std::string_view kCodings = "gzip, zstd";

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
  if (!absl::IsResourceExhausted(status)) return status;
  if (job.limits.body_bytes == 0) {
    return base::ResourceExhausted(base::Concat({"body size limit exceeded (",
                                                 std::to_string(ClientRequest().max_response_bytes),
                                                 " bytes, where body_size_limit says nothing)"}));
  }
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

base::StatusOr<Exposition> Fetcher::Fetch(const Target& target, std::stop_token stop) const {
  const JobConfig& job = *target.job;
  ClientRequest request;
  request.url = target.url;
  request.timeout = std::chrono::milliseconds(target.timeout_ms);
  if (job.limits.body_bytes > 0) request.max_response_bytes = job.limits.body_bytes;
  request.headers.Set("Accept-Encoding", job.enable_compression ? kCodings : "identity");
  request.stop = std::move(stop);
  request.headers.Set("Accept", AcceptHeader(job));
  request.headers.Set("User-Agent", "Vedette");
  std::string timeout;
  base::AppendFloatF(static_cast<double>(target.timeout_ms) / 1000, &timeout);
  request.headers.Set("X-Prometheus-Scrape-Timeout-Seconds", timeout);
  auto response = client_.Send(std::move(request));
  if (!response.ok()) return CheckSize(response.status(), job);
  if (response->status != 200) {
    return absl::FailedPreconditionError(
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
