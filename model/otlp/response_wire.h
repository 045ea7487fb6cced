#ifndef VEDETTE_MODEL_OTLP_RESPONSE_WIRE_H_
#define VEDETTE_MODEL_OTLP_RESPONSE_WIRE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::model::otlp {

// An ExportMetricsServiceResponse as protobuf: empty where no point was refused and nothing is to
// be said.
std::string EncodeResponse(uint64_t refused_points, std::string_view why);
// A google.rpc.Status.
std::string EncodeStatus(int code, std::string_view message);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_RESPONSE_WIRE_H_
