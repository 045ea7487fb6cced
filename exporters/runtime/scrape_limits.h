#ifndef VEDETTE_EXPORTERS_RUNTIME_SCRAPE_LIMITS_H_
#define VEDETTE_EXPORTERS_RUNTIME_SCRAPE_LIMITS_H_

#include <chrono>

namespace vedette::exporters {

// How long a scrape and each of its collectors may take. A plain value.
struct ScrapeLimits {
  // Of one collector among others, at most; and at most three quarters of what is left of the
  // scrape where others are still to come; 0: only that. --scrape.collector-timeout.
  std::chrono::milliseconds collector_timeout{5'000};
  // What is kept of the scraper's timeout for sending the page: --scrape.timeout-offset.
  std::chrono::milliseconds timeout_offset{500};
  // How long a source that the machine lacks is not looked for again.
  std::chrono::seconds absent_for{0};
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_SCRAPE_LIMITS_H_
