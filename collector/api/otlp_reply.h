#ifndef VEDETTE_COLLECTOR_API_OTLP_REPLY_H_
#define VEDETTE_COLLECTOR_API_OTLP_REPLY_H_

#include <cstdint>
#include <string_view>

#include "base/http/message.h"
#include "base/status.h"

// What OTLP/HTTP answers (opentelemetry-proto, "OTLP/HTTP Response"): in the encoding of the
// request.

namespace vedette::api {

enum class OtlpEncoding { kProtobuf, kJson };

// 200 with an ExportMetricsServiceResponse; where points were refused it says how many and why.
base::http::Response OtlpSuccess(OtlpEncoding encoding, uint64_t refused_points,
                                 std::string_view why);
// A google.rpc.Status: 400 for what can never be taken, 413 for too much, 503 with Retry-After for
// what may be taken later.
base::http::Response OtlpFailure(OtlpEncoding encoding, const base::Status& status);

}  // namespace vedette::api

#endif  // VEDETTE_COLLECTOR_API_OTLP_REPLY_H_
