#ifndef VEDETTE_MODEL_OTLP_PROTOBUF_POINT_H_
#define VEDETTE_MODEL_OTLP_PROTOBUF_POINT_H_

#include <stdexcept>
#include <string>
#include <string_view>

#include "model/otlp/metrics.h"

// The messages of OTLP's protobuf that are no lists of others. Internal to model/otlp: these throw
// what protozero throws, and TooMany.

namespace vedette::model::otlp {

struct TooMany : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A text field's bytes, repaired where they are no UTF-8.
std::string TextField(std::string_view bytes);
// Reads a KeyValue.
void AddAttribute(std::string_view message, Attributes* out);
// The same with maps taken apart (AddFlat).
void AddFlatAttribute(std::string_view message, Attributes* out);
// Reads an InstrumentationScope but for its schema's URL; `add` is one of the two above.
using AttributeReader = void(std::string_view message, Attributes* out);
Scope ReadScope(std::string_view message, AttributeReader* add);
// Reads an AnyValue.
AnyValue ReadValue(std::string_view message);
// Reads a data point of a metric of this kind.
Point ReadPoint(MetricKind kind, std::string_view message);

}  // namespace vedette::model::otlp

#endif  // VEDETTE_MODEL_OTLP_PROTOBUF_POINT_H_
