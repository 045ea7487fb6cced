#ifndef VEDETTE_COLLECTOR_LOGSTORE_MINUTE_SLOT_H_
#define VEDETTE_COLLECTOR_LOGSTORE_MINUTE_SLOT_H_

#include <cstdint>

// Time as lines are counted (FORMAT.md, Counts): slot 2m is the instant of minute m, slot 2m + 1
// what lies between it and the next. So both (a, b] and [a, b) of whole minutes are whole slots.

namespace vedette::logstore {

inline constexpr int64_t kNanosPerMinute = 60'000'000'000;

// The remainder of a division rounded down.
inline int64_t FloorMod(int64_t value, int64_t divisor) {
  const int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}
inline int64_t FloorDiv(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

inline int64_t SlotOf(int64_t timestamp_ns) {
  return 2 * FloorDiv(timestamp_ns, kNanosPerMinute) +
         (FloorMod(timestamp_ns, kNanosPerMinute) != 0 ? 1 : 0);
}

// The first instant of a slot; that of the next one is its end.
inline int64_t SlotBegin(int64_t slot) {
  return FloorDiv(slot, 2) * kNanosPerMinute + FloorMod(slot, 2);
}

// Whether one slot ends and another begins at `timestamp_ns`.
inline bool IsSlotBound(int64_t timestamp_ns) {
  return FloorMod(timestamp_ns, kNanosPerMinute) <= 1;
}

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_MINUTE_SLOT_H_
