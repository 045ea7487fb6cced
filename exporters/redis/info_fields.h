#ifndef VEDETTE_EXPORTERS_REDIS_INFO_FIELDS_H_
#define VEDETTE_EXPORTERS_REDIS_INFO_FIELDS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "exporters/redis/metric_set.h"

namespace vedette::exporters::redis {

// One field of INFO (or of Tile38's SERVER) and the metric that it is.
struct InfoField {
  enum Type : uint8_t { kGauge, kCounter };
  std::string_view field;
  std::string_view metric;
  Type type;
};

// All of them, sorted by field: redis_exporter 1.86's map.
std::span<const InfoField> AllInfoFields();

// The value of a field: a number, or 1 for "ok" and "true", 0 for "err", "fail" and "false".
std::optional<double> FieldValue(std::string_view text);

// Adds the metric of a field; fields that are in no table and do not begin with "cluster_" are left
// out, as are texts that are no value. `system`: the machine's memory too.
void AddInfoField(std::string_view field, std::string_view value, bool system, MetricSet* metrics);

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_INFO_FIELDS_H_
