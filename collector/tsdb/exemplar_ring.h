#ifndef VEDETTE_COLLECTOR_TSDB_EXEMPLAR_RING_H_
#define VEDETTE_COLLECTOR_TSDB_EXEMPLAR_RING_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include <absl/container/node_hash_map.h>

#include "model/exemplar.h"
#include "model/labels.h"
#include "model/matcher.h"

namespace vedette::tsdb {

struct SeriesExemplars {
  model::Labels series;
  std::vector<model::Exemplar> exemplars;  // oldest first
};

// The newest exemplars of all series together: a new one takes the place of the oldest. Bounded by
// count and by bytes, whichever is reached first. Part of the store, guarded by it; not
// thread-safe itself.
class ExemplarRing {
 public:
  struct Limits {
    size_t max_exemplars = 100'000;
    uint64_t max_bytes = 16ull << 20;
  };
  explicit ExemplarRing(const Limits& limits) : limits_(limits) {}
  ExemplarRing(const ExemplarRing&) = delete;
  ExemplarRing& operator=(const ExemplarRing&) = delete;

  enum class Verdict {
    kAdded,
    kSame,        // the newest of its series once more
    kOutOfOrder,  // older than the newest of its series, or of its time and a smaller value
  };
  // The exemplar is valid. With it in, older ones go until the limits hold.
  Verdict Add(const model::Labels& series, const model::Exemplar& exemplar);

  // Of the series that match all matchers of at least one of `selectors`, those exemplars with
  // min_ms <= time <= max_ms. Sorted by series; series without any are left out.
  std::vector<SeriesExemplars> Select(const std::vector<std::vector<model::Matcher>>& selectors,
                                      int64_t min_ms, int64_t max_ms) const;

  // All of them, oldest first.
  void ForEach(const std::function<void(const model::Labels& series,
                                        const model::Exemplar& exemplar)>& visit) const;

  size_t size() const { return slots_.size(); }
  size_t series() const { return lines_.size(); }
  uint64_t bytes() const { return bytes_; }

 private:
  static constexpr uint64_t kNone = UINT64_MAX;
  // Of one series: its oldest and newest slot, by number.
  struct Line {
    uint64_t oldest = kNone;
    uint64_t newest = kNone;
  };
  using Lines = absl::node_hash_map<model::Labels, Line>;
  struct Slot {
    model::Exemplar exemplar;
    Lines::value_type* line = nullptr;  // nodes stay where they are
    uint64_t next = kNone;              // newer, of the same series
  };

  static uint64_t SlotBytes(const model::Exemplar& exemplar);
  static uint64_t SeriesBytes(const model::Labels& series);
  // Slots are numbered as they come, for ever.
  const Slot& At(uint64_t number) const { return slots_[number - first_]; }
  Slot& At(uint64_t number) { return slots_[number - first_]; }
  bool Over() const { return slots_.size() > limits_.max_exemplars || bytes_ > limits_.max_bytes; }
  void DropOldest();
  std::vector<model::Exemplar> Between(const Line& line, int64_t min_ms, int64_t max_ms) const;

  const Limits limits_;
  std::deque<Slot> slots_;  // in the order added
  uint64_t first_ = 0;      // number of the oldest
  Lines lines_;
  uint64_t bytes_ = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_EXEMPLAR_RING_H_
