#include "collector/scrape/histogram_limits.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/strings.h"
#include "model/histogram_layout.h"

namespace vedette::scrape {
namespace {

using model::Histogram;

// The highest schema whose buckets grow by this factor or more.
int32_t MaxSchemaOf(double factor) {
  if (!(factor > 1)) return Histogram::kMaxSchema;
  const double schema = std::floor(-std::log2(std::log2(factor)));
  return static_cast<int32_t>(
      std::clamp(schema, double{Histogram::kMinSchema}, double{Histogram::kMaxSchema}));
}

}  // namespace

base::Status LimitHistogram(const HistogramConfig& config, Histogram* histogram) {
  if (config.min_bucket_factor > 0) {
    model::ReduceResolution(histogram, MaxSchemaOf(config.min_bucket_factor));
  }
  if (config.bucket_limit == 0 || model::BucketCount(*histogram) <= config.bucket_limit) return {};
  if (!histogram->Validate().ok()) return {};
  // Now the schema is one there is: it sinks by one a turn, to the lowest.
  while (model::BucketCount(*histogram) > config.bucket_limit) {
    if (histogram->is_custom() || histogram->schema <= Histogram::kMinSchema) {
      return base::ResourceExhausted(
          base::Concat({"native_histogram_bucket_limit exceeded (",
                        std::to_string(model::BucketCount(*histogram)), " buckets, limit ",
                        std::to_string(config.bucket_limit),
                        histogram->is_custom() ? "; custom buckets cannot be made wider)" : ")"}));
    }
    model::ReduceResolution(histogram, histogram->schema - 1);
  }
  return {};
}

}  // namespace vedette::scrape
