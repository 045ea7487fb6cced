#include "exporters/pve/target_pool.h"

#include <algorithm>

#include "base/strings.h"
#include "exporters/pve/target.h"

namespace vedette::exporters::pve {
namespace {

// Targets come from whoever scrapes: so many are remembered.
constexpr size_t kMaxSessions = 256;

bool IsAllowed(const Module& module, std::string_view target) {
  return module.targets.empty() ||
         std::find(module.targets.begin(), module.targets.end(), target) != module.targets.end();
}

}  // namespace

TargetPool::TargetPool(Modules modules, base::FileSystem* fs, const base::Clock* clock)
    : modules_(std::move(modules)), fs_(fs), clock_(clock) {
  for (const auto& [name, module] : modules_) {
    base::http::TlsClientOptions tls;
    tls.ca_file = module.ca_file;
    tls.insecure_skip_verify = !module.verify_ssl;
    clients_[name] = base::http::NewClient(tls);
  }
}

base::StatusOr<std::shared_ptr<Session>> TargetPool::SessionFor(std::string_view module_name,
                                                                std::string_view target) {
  const auto module = modules_.find(module_name);
  VEDETTE_CHECK(module != modules_.end());
  if (!IsAllowed(module->second, target)) {
    return base::InvalidArgument("target: the module's list of targets does not hold it");
  }
  // Credentials that go out to whoever shows any certificate may go to this machine without one.
  VEDETTE_ASSIGN_OR_RETURN(const std::string origin,
                           TargetOrigin(target, module->second.port, !module->second.verify_ssl));
  base::MutexLock lock(mutex_);
  Entry& entry = sessions_[{module->first, origin}];
  entry.used_mono_ns = clock_->MonotonicNanos();
  if (!entry.session) {
    const Session::Context context{clients_.at(module->first).get(), fs_, clock_};
    entry.session = std::make_shared<Session>(context, module->second, origin);
  }
  std::shared_ptr<Session> session = entry.session;
  if (sessions_.size() > kMaxSessions) DropOldest();
  return session;
}

void TargetPool::DropOldest() {
  const auto oldest = std::min_element(
      sessions_.begin(), sessions_.end(),
      [](const auto& a, const auto& b) { return a.second.used_mono_ns < b.second.used_mono_ns; });
  sessions_.erase(oldest);
}

}  // namespace vedette::exporters::pve
