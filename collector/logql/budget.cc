#include "collector/logql/budget.h"

#include <algorithm>

namespace vedette::logql {
namespace {

// Taken at once, so that not every line asks.
constexpr uint64_t kPoolStepBytes = 1 << 20;

}  // namespace

base::Status Budget::TakeFromPool(uint64_t memory) {
  base::MutexLock lock(hold_mutex_);
  const uint64_t held = hold_.bytes();
  if (memory <= held) return {};
  const uint64_t wanted =
      std::min(memory + kPoolStepBytes, std::max(memory, context_.max_memory_bytes));
  VEDETTE_RETURN_IF_ERROR(hold_.Grow(wanted - held, "the query"));
  held_ = hold_.bytes();
  return {};
}

}  // namespace vedette::logql
