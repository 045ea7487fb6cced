#include "model/wire_append.h"

#include <string>

#include "model/wire_batch.h"

namespace vedette::model {

base::StatusOr<AppendStats> AppendSeries(std::span<const WireSeries> series, WireSink* sink) {
  const std::string request = EncodeRemoteWriteV2(series);
  VEDETTE_ASSIGN_OR_RETURN(const WireBatch batch, WireBatch::ParseV2(request));
  return sink->Append(batch);
}

}  // namespace vedette::model
