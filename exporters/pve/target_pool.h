#ifndef VEDETTE_EXPORTERS_PVE_TARGET_POOL_H_
#define VEDETTE_EXPORTERS_PVE_TARGET_POOL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/fs.h"
#include "base/http/client.h"
#include "base/mutex.h"
#include "base/status.h"
#include "exporters/pve/modules.h"
#include "exporters/pve/session.h"

namespace vedette::exporters::pve {

// The modules of one configuration with their clients, and the sessions of the targets asked of
// late: a ticket lives from scrape to scrape. Thread-safe; shared by the scrapes that began under
// this configuration.
class TargetPool {
 public:
  TargetPool(Modules modules, base::FileSystem* fs, const base::Clock* clock);

  const Modules& modules() const { return modules_; }

  // The session for `target` of a module that exists. InvalidArgument where `target` is none or
  // the module does not allow it. Lives as long as the pool and whoever holds it.
  base::StatusOr<std::shared_ptr<Session>> SessionFor(std::string_view module,
                                                      std::string_view target)
      VEDETTE_EXCLUDES(mutex_);

 private:
  struct Entry {
    std::shared_ptr<Session> session;
    int64_t used_mono_ns = 0;
  };
  void DropOldest() VEDETTE_REQUIRES(mutex_);

  const Modules modules_;
  base::FileSystem* const fs_;
  const base::Clock* const clock_;
  // One for each module, whose TLS options it has. Const after construction.
  std::map<std::string, std::unique_ptr<base::http::Client>, std::less<>> clients_;
  base::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> sessions_ VEDETTE_GUARDED_BY(mutex_);
};

}  // namespace vedette::exporters::pve

#endif  // VEDETTE_EXPORTERS_PVE_TARGET_POOL_H_
