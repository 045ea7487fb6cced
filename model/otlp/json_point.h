#ifndef VEDETTE_MODEL_OTLP_JSON_POINT_H_
#define VEDETTE_MODEL_OTLP_JSON_POINT_H_

#include <string_view>

#include "model/otlp/json_fields.h"
#include "model/otlp/metrics.h"

namespace vedette::model::otlp::json {

// A list of KeyValues.
Attributes AttributesField(const object& from, std::string_view name, Reading* reading);
// The same with maps taken apart (AddFlat).
Attributes FlatAttributesField(const object& from, std::string_view name, Reading* reading);
// An AnyValue; empty where it is absent.
AnyValue ValueField(const object& from, std::string_view name, Reading* reading);
// A data point of a metric of this kind.
Point ReadPoint(MetricKind kind, const object& from, Reading* reading);

}  // namespace vedette::model::otlp::json

#endif  // VEDETTE_MODEL_OTLP_JSON_POINT_H_
