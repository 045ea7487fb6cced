#include "collector/agents/refusals.h"

#include <utility>

namespace vedette::agents {
namespace {

constexpr int64_t kMinuteNs = 60'000'000'000;

}  // namespace

bool Refusals::Add(Refusal refusal) {
  bool is_news = true;
  refusal.count = 1;
  for (auto at = refusals_.begin(); at != refusals_.end(); ++at) {
    if (at->host != refusal.host || at->id != refusal.id) continue;
    is_news = at->code != refusal.code;
    refusal.count = at->count + 1;
    refusals_.erase(at);
    break;
  }
  const int64_t now = refusal.mono_ns;
  refusals_.push_front(std::move(refusal));
  if (refusals_.size() > kMost) refusals_.pop_back();
  return is_news && MayLog(now);
}

void Refusals::Remove(std::string_view host, std::string_view id) {
  refusals_.remove_if([&](const Refusal& one) { return one.host == host && one.id == id; });
}

void Refusals::RemoveBefore(int64_t mono_ns) {
  refusals_.remove_if([mono_ns](const Refusal& one) { return one.mono_ns < mono_ns; });
}

bool Refusals::MayLog(int64_t mono_ns) {
  if (lines_ == 0 || mono_ns - minute_began_ns_ >= kMinuteNs) {
    minute_began_ns_ = mono_ns;
    lines_ = 0;
  }
  return ++lines_ <= kLinesAMinute;
}

}  // namespace vedette::agents
