#ifndef VEDETTE_MODEL_METADATA_WIRE_H_
#define VEDETTE_MODEL_METADATA_WIRE_H_

#include <cstdint>
#include <string_view>

// The types of metric families by the numbers that remote write gives them, in 1.0
// (MetricMetadata.MetricType) and 2.0 (Metadata.MetricType) alike. Internal to model.

namespace vedette::model::wire {

std::string_view TypeName(uint64_t number);  // "unknown" for numbers without a name
uint32_t TypeNumber(std::string_view name);  // 0 for names without a number

}  // namespace vedette::model::wire

#endif  // VEDETTE_MODEL_METADATA_WIRE_H_
