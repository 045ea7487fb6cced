#ifndef VEDETTE_EXPORTERS_RUNTIME_PAGE_H_
#define VEDETTE_EXPORTERS_RUNTIME_PAGE_H_

#include <prometheus/metric_family.h>

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "base/http/message.h"
#include "exporters/runtime/family_sink.h"
#include "exporters/runtime/scrape_limits.h"

namespace vedette::exporters {

// How long a scrape may take where the scraper does not say.
inline constexpr std::chrono::seconds kDefaultScrapeTimeout{10};

// When, by Clock::MonotonicNanos, the page for `request` should be done: Prometheus says in
// X-Prometheus-Scrape-Timeout-Seconds how long it waits; `limits.timeout_offset` of that, or half
// of it where it is shorter, is left for sending.
int64_t ScrapeDeadline(const base::http::Request& request, const base::Clock& clock,
                       const ScrapeLimits& limits = {});

// A page of metrics in the format that the request's Accept asks for. Compression is the server's.
// `families` is spent.
base::http::Response MetricsPage(const base::http::Request& request, FamilySink* families);
base::http::Response MetricsPage(const base::http::Request& request,
                                 std::vector<prometheus::MetricFamily> families);

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_PAGE_H_
