#include "model/otlp/response_wire.h"

#include <protozero/pbf_writer.hpp>

namespace vedette::model::otlp {

std::string EncodeResponse(uint64_t refused_points, std::string_view why) {
  std::string out;
  if (refused_points == 0 && why.empty()) return out;
  protozero::pbf_writer response(out);
  {
    protozero::pbf_writer partial(response, 1);
    partial.add_int64(1, static_cast<int64_t>(refused_points));
    partial.add_string(2, why.data(), why.size());
  }
  return out;
}

std::string EncodeStatus(int code, std::string_view message) {
  std::string out;
  protozero::pbf_writer status(out);
  status.add_int32(1, code);
  status.add_string(2, message.data(), message.size());
  return out;
}

}  // namespace vedette::model::otlp
