#include "exporters/runtime/page.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "exporters/runtime/family_text.h"
#include "model/exposition/format.h"

namespace vedette::exporters {

int64_t ScrapeDeadline(const base::http::Request& request, const base::Clock& clock,
                       const ScrapeLimits& limits) {
  int64_t nanos = std::chrono::nanoseconds(kDefaultScrapeTimeout).count();
  const auto seconds =
      base::ParseDouble(request.headers.Get("X-Prometheus-Scrape-Timeout-Seconds"));
  if (seconds && *seconds > 0 && *seconds < 3600) nanos = static_cast<int64_t>(*seconds * 1e9);
  const int64_t offset = std::chrono::nanoseconds(limits.timeout_offset).count();
  return clock.MonotonicNanos() + std::max(nanos / 2, nanos - offset);
}

base::http::Response MetricsPage(const base::http::Request& request, FamilySink* families) {
  const auto format = model::exposition::NegotiatePage(request.headers.Get("Accept"));
  base::http::Response response;
  response.headers.Set("Content-Type", model::exposition::ContentType(format));
  response.body = WritePage(families, format);
  return response;
}

base::http::Response MetricsPage(const base::http::Request& request,
                                 std::vector<prometheus::MetricFamily> families) {
  FamilySink sink;
  for (prometheus::MetricFamily& family : families) sink.Add(std::move(family));
  return MetricsPage(request, &sink);
}

}  // namespace vedette::exporters
