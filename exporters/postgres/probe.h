#ifndef VEDETTE_EXPORTERS_POSTGRES_PROBE_H_
#define VEDETTE_EXPORTERS_POSTGRES_PROBE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/message.h"
#include "base/log.h"
#include "base/mutex.h"
#include "exporters/postgres/auth_modules.h"
#include "exporters/postgres/libpq.h"
#include "exporters/postgres/scraper.h"

namespace vedette::exporters::postgres {

// /probe?target=HOST:PORT/DATABASE&auth_module=NAME: the metrics of a server that the request
// names. Keeps each target's connection for the next probe, of so many targets, for a while.
// Thread-safe; probes of different targets run side by side.
class Probe {
 public:
  // All borrowed.
  struct Options {
    LibPqLoader* loader = nullptr;
    const base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    Resolver* resolver = nullptr;
  };

  explicit Probe(const Options& options) : options_(options) {}

  // 400 for a request that names no target or an unknown module, else the page, pg_up 0 where the
  // target does not answer. `order` says what to ask.
  base::http::Response Handle(const base::http::Request& request, Scraper::Request order)
      VEDETTE_EXCLUDES(mutex_);
  // From the next probe on; connections made with other modules are closed.
  void SetModules(base::StringMap<AuthModule> modules) VEDETTE_EXCLUDES(mutex_);

 private:
  struct Target {
    std::string key;
    std::shared_ptr<Scraper> scraper;
    int64_t used_ns = 0;
  };
  base::StatusOr<std::shared_ptr<Scraper>> Find(std::string_view target, std::string_view module)
      VEDETTE_REQUIRES(mutex_);
  void DropOld(int64_t now_ns) VEDETTE_REQUIRES(mutex_);

  const Options options_;
  base::Mutex mutex_;
  base::StringMap<AuthModule> modules_ VEDETTE_GUARDED_BY(mutex_);
  std::vector<Target> targets_ VEDETTE_GUARDED_BY(mutex_);  // the one used last stands last
};

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_PROBE_H_
