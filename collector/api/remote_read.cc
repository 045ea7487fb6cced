#include <string>
#include <utility>
#include <vector>

#include "base/codec/compress.h"
#include "base/strings.h"
#include "collector/api/api.h"
#include "model/remote_read.h"

namespace vedette::api {
namespace {

using base::Concat;
using base::http::Request;
using base::http::Response;

constexpr std::string_view kReadContentType = "application/x-protobuf";
constexpr std::string_view kStreamed =
    "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";
constexpr uint64_t kMaxRequestBytes = 4 << 20;

Response Refusal(const base::Status& status) {
  const auto answer = [&status](int code) {
    return Response::Text(code, Concat({base::Message(status), "\n"}));
  };
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return answer(400);
    case absl::StatusCode::kResourceExhausted:
      return answer(413);
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnavailable: {
      Response response = answer(503);
      response.headers.Set("Retry-After", "1");
      return response;
    }
    default:
      return answer(500);
  }
}

// The answer to one request, as far as it is made.
class Reading {
 public:
  Reading(const RemoteReadDeps& deps, const Request& request)
      : deps_(deps), request_(request), external_(deps.external_labels()) {}

  base::StatusOr<Response> Answer() {
    VEDETTE_ASSIGN_OR_RETURN(const std::string protobuf,
                             base::SnappyDecompress(request_.body, kMaxRequestBytes));
    VEDETTE_ASSIGN_OR_RETURN(const model::RemoteReadRequest read,
                             model::DecodeRemoteRead(protobuf));
    return read.answer == model::RemoteReadAnswer::kSamples ? Samples(read) : Chunks(read);
  }

 private:
  base::StatusOr<Response> Samples(const model::RemoteReadRequest& read) {
    model::ReadResponseWriter writer;
    for (const model::RemoteReadQuery& query : read.queries) {
      writer.BeginQuery();
      VEDETTE_RETURN_IF_ERROR(Select(query, [&](const model::SeriesSamples& series) {
        writer.Add(series);
        return writer.bytes();
      }));
      writer.EndQuery();
    }
    Response response;
    response.headers.Set("Content-Type", kReadContentType);
    response.headers.Set("Content-Encoding", "snappy");
    response.body = base::SnappyCompress(writer.Take());
    return response;
  }

  base::StatusOr<Response> Chunks(const model::RemoteReadRequest& read) {
    model::ChunkedReadWriter writer;
    for (size_t i = 0; i < read.queries.size(); ++i) {
      VEDETTE_RETURN_IF_ERROR(Select(read.queries[i], [&](const model::SeriesSamples& series) {
        writer.Add(i, series);
        return writer.bytes();
      }));
    }
    Response response;
    response.headers.Set("Content-Type", kStreamed);
    response.body = writer.Take();
    return response;
  }

  // `add` takes a series and returns how long the answer is by now.
  template <typename Add>
  base::Status Select(const model::RemoteReadQuery& query, Add add) {
    promql::SelectRequest select{Stored(query.matchers), query.start_ms, query.end_ms};
    return deps_.metrics->Select(select, [&](model::SeriesSamples&& series) -> base::Status {
      if (request_.stop.stop_requested()) return base::Cancelled("remote read stopped");
      samples_ += series.size();
      if (samples_ > deps_.max_samples) return TooLarge(deps_.max_samples, "samples");
      series.labels = WithExternal(series.labels);
      if (add(series) > deps_.max_bytes) return TooLarge(deps_.max_bytes, "bytes");
      return {};
    });
  }

  static base::Status TooLarge(uint64_t limit, std::string_view what) {
    return base::ResourceExhausted(
        Concat({"remote read: answer of more than ", std::to_string(limit), " ", what,
                "; ask for fewer series or a shorter time"}));
  }

  // What others see has the external labels, what is stored has not.
  std::vector<model::Matcher> Stored(std::vector<model::Matcher> matchers) const {
    for (model::Matcher& matcher : matchers) {
      const bool external = matcher.type() == model::MatchType::kEqual &&
                            external_.Has(matcher.name()) &&
                            external_.Get(matcher.name()) == matcher.value();
      if (external) matcher = model::Matcher::Equal(matcher.name(), "");
    }
    return matchers;
  }

  // A label of the series' own stands before an external one.
  model::Labels WithExternal(const model::Labels& labels) const {
    if (external_.empty()) return labels;
    model::LabelsBuilder builder(external_);
    for (const model::LabelView& label : labels) builder.Set(label.name, label.value);
    return builder.Build();
  }

  const RemoteReadDeps& deps_;
  const Request& request_;
  const model::Labels external_;
  uint64_t samples_ = 0;
};

Response Read(const RemoteReadDeps& deps, const Request& request) {
  const std::string_view coding = request.headers.Get("Content-Encoding");
  if (!coding.empty() && !base::EqualsIgnoreCase(coding, "snappy")) {
    return Response::Text(
        415, Concat({"found content encoding ", base::GoQuote(coding), "; allowed is snappy\n"}));
  }
  base::StatusOr<Response> response = Reading(deps, request).Answer();
  return response.ok() ? *std::move(response) : Refusal(response.status());
}

}  // namespace

void RegisterRemoteRead(base::http::Router* router, const RemoteReadDeps& deps) {
  router->Handle(
      {"POST", "/api/v1/read", base::http::Pool::kQuery, base::http::Scope::kRead,
       base::http::Sync([deps](const Request& request) { return Read(deps, request); })});
}

}  // namespace vedette::api
