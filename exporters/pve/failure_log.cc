#include "exporters/pve/failure_log.h"

namespace vedette::exporters::pve {
namespace {

constexpr size_t kMaxTargets = 1024;

}  // namespace

void FailureLog::Report(const std::string& module, const std::string& target,
                        const std::string& failing, const std::string& error) {
  const std::string key = module + "\n" + target;
  base::MutexLock lock(mutex_);
  const auto last = failing_.find(key);
  const std::string before = last == failing_.end() ? "" : last->second;
  if (before == failing) return;
  if (failing.empty()) {
    failing_.erase(last);
    logger_->Info("the target answers again", {{"target", target}, {"module", module}});
    return;
  }
  if (failing_.size() >= kMaxTargets && last == failing_.end()) failing_.erase(failing_.begin());
  failing_[key] = failing;
  logger_->Warn("scraping the target failed",
                {{"target", target}, {"module", module}, {"collectors", failing}, {"err", error}});
}

}  // namespace vedette::exporters::pve
