#include "exporters/runtime/collector.h"

#include <algorithm>

namespace vedette::exporters {
namespace {

// Marks a status as NoData, whatever its message and code.
constexpr char kNoDataUrl[] = "vedette/no-data";

}  // namespace

int64_t Scrape::RemainingNanos() const {
  const int64_t end = std::min(deadline_mono_ns, collector_deadline_mono_ns);
  return std::max<int64_t>(0, end - clock->MonotonicNanos());
}

base::Status NoData(std::string_view why) {
  base::Status status = base::NotFound(why);
  status.SetPayload(kNoDataUrl, absl::Cord());
  return status;
}

bool IsNoData(const base::Status& status) { return status.GetPayload(kNoDataUrl).has_value(); }

}  // namespace vedette::exporters
