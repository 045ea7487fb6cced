#include "model/wire_append.h"

#include <limits>
#include <string>

#include "model/wire_batch.h"

namespace vedette::model {
namespace {

// What was made here has been through the limits of those who made it.
constexpr RemoteWriteLimits kNoLimits = {.max_samples = std::numeric_limits<uint64_t>::max(),
                                         .max_labels = std::numeric_limits<uint32_t>::max(),
                                         .max_name_bytes = std::numeric_limits<uint32_t>::max(),
                                         .max_value_bytes = std::numeric_limits<uint32_t>::max()};

}  // namespace

base::StatusOr<AppendStats> AppendSeries(std::span<const WireSeries> series, WireSink* sink) {
  const std::string request = EncodeRemoteWriteV2(series);
  VEDETTE_ASSIGN_OR_RETURN(const WireBatch batch, WireBatch::ParseV2(request, kNoLimits));
  return sink->Append(batch);
}

}  // namespace vedette::model
