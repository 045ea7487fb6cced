#include "collector/scrape/cache_budget.h"

#include <string>

#include "base/strings.h"

namespace vedette::scrape {
namespace {

// Counted in steps, so that a new series seldom takes the lock that all targets share.
constexpr uint64_t kPage = 4096;

}  // namespace

base::Status CacheBudget::Change(uint64_t from, uint64_t to) {
  if (to > from && to > target_bytes_) {
    return base::ResourceExhausted(base::Concat(
        {"the series of this page take too much memory: found ", std::to_string(to),
         " bytes of scrape cache, allowed are ", std::to_string(target_bytes_), " a target"}));
  }
  const base::MutexLock lock(mutex_);
  const uint64_t all = held_ - from + to;
  if (to > from && all > all_bytes_) {
    return base::ResourceExhausted(base::Concat(
        {"the series of all targets take too much memory: found ", std::to_string(all),
         " bytes of scrape cache, ", std::to_string(to), " of them this target's, allowed are ",
         std::to_string(all_bytes_), " of all targets"}));
  }
  held_ = all;
  held_gauge_->Set(static_cast<double>(all));
  return {};
}

base::Status CacheShare::Hold(uint64_t bytes) {
  const uint64_t pages = (bytes + kPage - 1) / kPage * kPage;
  refused_ = false;
  if (budget_ == nullptr || pages == held_) return {};
  base::Status status = budget_->Change(held_, pages);
  refused_ = !status.ok();
  if (!refused_) held_ = pages;
  return status;
}

}  // namespace vedette::scrape
