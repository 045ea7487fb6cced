#ifndef VEDETTE_EXPORTERS_PVE_SESSION_H_
#define VEDETTE_EXPORTERS_PVE_SESSION_H_

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/mutex.h"
#include "base/status.h"
#include "exporters/pve/modules.h"
#include "exporters/pve/record.h"

namespace vedette::exporters::pve {

// Until when, and until whom, a scrape's calls may go on.
struct Patience {
  int64_t deadline_mono_ns = 0;
  std::stop_token stop;
};

// What one call came to.
struct Answer {
  base::Status status;  // of the transport, of HTTP, of the JSON
  int http_status = 0;  // 0 where nothing was answered
  std::vector<Record> records;
  int64_t done_mono_ns = 0;
};

// One API, asked with one module's credentials. A password is exchanged for a ticket, which is kept
// until it is too old or refused. Errors name neither path arguments nor anything secret.
// Thread-safe; borrows the client, which outlives it.
class Session {
 public:
  struct Context {
    base::http::Client* client = nullptr;
    base::FileSystem* fs = nullptr;
    const base::Clock* clock = nullptr;
  };
  // `origin` as TargetOrigin gives it.
  Session(const Context& context, const Module& module, std::string origin)
      : context_(context), module_(module), origin_(std::move(origin)) {}

  // GET of a path under /api2/json, such as "/cluster/status".
  Answer Get(std::string_view path, const Patience& patience);

 private:
  struct Ticket {
    std::string cookie;
    int64_t taken_mono_ns = 0;
  };

  base::StatusOr<base::http::Response> Send(base::http::ClientRequest request,
                                            const Patience& patience) const;
  base::StatusOr<base::http::Response> SendAuthorised(std::string_view path,
                                                      const Patience& patience);
  base::Status AddToken(base::http::Headers* headers) const;
  // The kept ticket or a new one; `refused` is one that must not be given again.
  base::StatusOr<std::string> TicketCookie(const std::string& refused, const Patience& patience)
      VEDETTE_EXCLUDES(login_mutex_);
  base::StatusOr<std::string> Login(const Patience& patience) const;

  const Context context_;
  const Module module_;
  const std::string origin_;
  // Held through a login: whoever comes meanwhile gets the same ticket.
  base::Mutex login_mutex_;
  Ticket ticket_ VEDETTE_GUARDED_BY(login_mutex_);
  // A login that failed is not tried again in the same scrape, which its deadline tells: a wrong
  // password is not to look like an attack.
  base::Status failed_login_ VEDETTE_GUARDED_BY(login_mutex_);
  int64_t failed_deadline_ VEDETTE_GUARDED_BY(login_mutex_) = 0;
};

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_SESSION_H_
