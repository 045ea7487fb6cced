#include "exporters/runtime/failure_log.h"

namespace vedette::exporters {
namespace {

constexpr size_t kMaxTargets = 1024;
constexpr size_t kMaxShown = 256;  // of a target, which who asks may choose

}  // namespace

void FailureLog::Report(const std::string& module, const std::string& target,
                        const std::string& failing, const std::string& error) {
  const std::string shown = target.substr(0, kMaxShown);
  const std::string key = module + "\n" + target;
  base::MutexLock lock(mutex_);
  const auto last = failing_.find(key);
  const std::string before = last == failing_.end() ? "" : last->second;
  if (before == failing) return;
  if (failing.empty()) {
    failing_.erase(last);
    logger_->Info("the target answers again", {{"target", shown}, {"module", module}});
    return;
  }
  if (failing_.size() >= kMaxTargets && last == failing_.end()) failing_.erase(failing_.begin());
  failing_[key] = failing;
  logger_->Warn("scraping the target failed",
                {{"target", shown}, {"module", module}, {"collectors", failing}, {"err", error}});
}

}  // namespace vedette::exporters
