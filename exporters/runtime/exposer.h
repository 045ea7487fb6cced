#ifndef VEDETTE_EXPORTERS_RUNTIME_EXPOSER_H_
#define VEDETTE_EXPORTERS_RUNTIME_EXPOSER_H_

#include <prometheus/collectable.h>

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/message.h"
#include "exporters/runtime/collector_set.h"
#include "exporters/runtime/request_limit.h"

namespace vedette::exporters {

// Path, query and headers in, body out: what an exporter is to any HTTP server. Thread-safe.
using Handler = std::function<base::http::Response(const base::http::Request&)>;

// Answers an exporter's requests: the metrics page, narrowed by collect[] or exclude[], in the
// format that Accept asks for; a landing page at "/". Knows no server; compression is the server's.
// Thread-safe. Borrows everything in Options.
class Exposer {
 public:
  // A path of its own beside the metrics, such as /probe.
  struct Page {
    std::string path;
    Handler handler;
  };
  struct Options {
    std::string title;  // "Node Exporter"
    std::string version;
    std::string metrics_path = "/metrics";
    int max_requests = 40;  // scrapes at the same time, over it 503; 0: no limit
    const CollectorSet* collectors = nullptr;
    std::vector<std::string> known_collectors;  // also those switched off
    // Always on the page: build info, process_*, our own counters.
    std::vector<const prometheus::Collectable*> always;
    std::vector<Page> pages;
    const base::Clock* clock = nullptr;
  };

  explicit Exposer(Options options) : options_(std::move(options)), limit_(options_.max_requests) {}

  base::http::Response Handle(const base::http::Request& request) const;

 private:
  base::http::Response Metrics(const base::http::Request& request) const;
  base::StatusOr<std::vector<std::string>> Select(const base::http::Params& query) const;

  const Options options_;
  const RequestLimit limit_;
};

}  // namespace vedette::exporters

#endif  // VEDETTE_EXPORTERS_RUNTIME_EXPOSER_H_
