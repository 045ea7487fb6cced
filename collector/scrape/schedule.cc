#include "collector/scrape/schedule.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::scrape {

int64_t Schedule::FirstDue(const Target& target, int64_t wall_ns, int64_t mono_ns) {
  const int64_t interval = target.interval_ms * 1'000'000;
  const auto offset =
      static_cast<int64_t>(base::Hash64(target.Key()) % static_cast<uint64_t>(interval));
  return mono_ns + (offset - wall_ns % interval + interval) % interval;
}

void Schedule::Add(const std::shared_ptr<ScheduledTarget>& target, int64_t due_ns) {
  heap_.push({due_ns, ++target->generation, target});
}

void Schedule::DropVoid() {
  while (!heap_.empty()) {
    const Entry& top = heap_.top();
    if (!top.target->removed && top.generation == top.target->generation) return;
    heap_.pop();
  }
}

std::shared_ptr<ScheduledTarget> Schedule::TakeDue(int64_t now_ns) {
  DropVoid();
  if (heap_.empty() || heap_.top().due_ns > now_ns) return nullptr;
  const Entry entry = heap_.top();
  heap_.pop();
  const int64_t interval = entry.target->interval_ns;
  const int64_t missed = (now_ns - entry.due_ns) / interval;
  if (!entry.target->busy) entry.target->due_ns = entry.due_ns;
  Add(entry.target, entry.due_ns + (missed + 1) * interval);
  return entry.target;
}

int64_t Schedule::Wait(int64_t now_ns, int64_t idle_ns) {
  DropVoid();
  if (heap_.empty()) return idle_ns;
  return std::clamp<int64_t>(heap_.top().due_ns - now_ns, 0, idle_ns);
}

}  // namespace vedette::scrape
