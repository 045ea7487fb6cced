#ifndef VEDETTE_EXPORTERS_POSTGRES_SCRAPER_H_
#define VEDETTE_EXPORTERS_POSTGRES_SCRAPER_H_

#include <prometheus/metric_family.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "exporters/postgres/libpq.h"
#include "exporters/postgres/plan.h"
#include "exporters/postgres/server.h"

namespace vedette::exporters::postgres {

// Scrapes a set of servers, all at the same time on the caller's thread. One scrape at a time: a
// second waits for the first, so that there is never a second connection to a database. Owns the
// servers and with them every connection. Thread-safe.
class Scraper {
 public:
  struct Options {
    LibPqLoader* loader = nullptr;  // all borrowed
    const base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    Resolver* resolver = nullptr;
    std::vector<DataSource> sources;  // those of one host and port are one server
  };
  struct Request {
    std::shared_ptr<const Plan> plan;
    std::vector<const CollectorSpec*> collectors;  // of the plan
    bool wants_custom = true;
    int64_t deadline_ns = 0;
  };

  explicit Scraper(Options options) : options_(std::move(options)) {}

  // Whatever could be had by the deadline, pg_up among it.
  std::vector<prometheus::MetricFamily> Scrape(const Request& request) VEDETTE_EXCLUDES(mutex_);

 private:
  // What is told of the scrape itself.
  struct Report {
    bool up = false;
    bool has_errors = false;
    double seconds = 0;
  };
  bool Enter(int64_t deadline_ns) VEDETTE_EXCLUDES(mutex_);
  void Leave() VEDETTE_EXCLUDES(mutex_);
  Report Run(const Request& request, FamilySink* sink);
  void MakeServers(const LibPq* pq, const PostgresOptions& options);
  void Tell(const Report& report, const Plan& plan, FamilySink* sink);
  void TellCustom(const Plan& plan, const Naming& naming, FamilySink* sink) const;

  const Options options_;
  base::Mutex mutex_;
  base::CondVar left_;
  bool busy_ VEDETTE_GUARDED_BY(mutex_) = false;
  uint64_t scrapes_ VEDETTE_GUARDED_BY(mutex_) = 0;
  // The rest belongs to the scrape that entered.
  std::vector<std::unique_ptr<Server>> servers_;
  bool load_failed_ = false;
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_SCRAPER_H_
