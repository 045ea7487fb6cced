#ifndef VEDETTE_COLLECTOR_API_OTLP_REPLY_H_
#define VEDETTE_COLLECTOR_API_OTLP_REPLY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/http/message.h"
#include "base/status.h"

// What OTLP/HTTP answers (opentelemetry-proto, "OTLP/HTTP Response"): in the encoding of the
// request.

namespace vedette::api {

enum class OtlpEncoding { kProtobuf, kJson };

// As the request's Content-Type says; nothing for another type, which OtlpWrongType answers.
std::optional<OtlpEncoding> OtlpEncodingOf(const base::http::Request& request);
base::http::Response OtlpWrongType(const base::http::Request& request);  // 415

// What a body may decode to: JSON takes several times its length while it is read.
uint64_t OtlpBodyLimit(OtlpEncoding encoding, uint64_t max_decoded_bytes);

enum class OtlpSignal { kMetrics, kLogs };

// 200 with an ExportMetricsServiceResponse or its like; where points or records were refused it
// says how many and why.
base::http::Response OtlpSuccess(OtlpEncoding encoding, OtlpSignal signal, uint64_t refused,
                                 std::string_view why);
// A google.rpc.Status: 400 for what can never be taken, 413 for too much, 503 with Retry-After for
// what may be taken later.
base::http::Response OtlpFailure(OtlpEncoding encoding, const base::Status& status);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_OTLP_REPLY_H_
