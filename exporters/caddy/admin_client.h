#ifndef VEDETTE_EXPORTERS_CADDY_ADMIN_CLIENT_H_
#define VEDETTE_EXPORTERS_CADDY_ADMIN_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/http/client.h"
#include "base/mutex.h"
#include "base/status.h"
#include "exporters/caddy/options.h"
#include "exporters/runtime/collector.h"

namespace vedette::exporters::caddy {

// Caddy's admin interface, read only. Once it let a call of a scrape time out it is not asked again
// in that scrape: the other collectors have the time. Thread-safe.
class AdminClient {
 public:
  // Fails on an address that is none, naming the flag.
  static base::StatusOr<std::unique_ptr<AdminClient>> Make(const CaddyOptions& options);

  // The body of GET `path`, at most `max_bytes`. Errors name the path and never hold the body: a
  // configuration holds password hashes.
  base::StatusOr<std::string> Get(std::string_view path, const Scrape& scrape, uint64_t max_bytes)
      VEDETTE_EXCLUDES(mutex_);

 private:
  AdminClient(std::string origin, std::string unix_socket, std::chrono::milliseconds timeout);

  const std::string origin_;
  const std::string unix_socket_;
  const std::chrono::milliseconds timeout_;
  const std::unique_ptr<base::http::Client> client_;
  base::Mutex mutex_;
  int64_t silent_scrape_ VEDETTE_GUARDED_BY(mutex_) = 0;  // the deadline of it
};

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_ADMIN_CLIENT_H_
