#include "collector/tsdb/exemplar_ring.h"

#include <algorithm>
#include <utility>

namespace vedette::tsdb {
namespace {

bool MatchesAny(const std::vector<std::vector<model::Matcher>>& selectors,
                const model::Labels& series) {
  return std::any_of(selectors.begin(), selectors.end(), [&series](const auto& matchers) {
    return model::MatchesAll(matchers, series);
  });
}

}  // namespace

uint64_t ExemplarRing::SlotBytes(const model::Exemplar& exemplar) {
  return sizeof(Slot) + exemplar.labels.bytes().capacity();
}

uint64_t ExemplarRing::SeriesBytes(const model::Labels& series) {
  constexpr uint64_t kNodeBytes = sizeof(Lines::value_type) + 4 * sizeof(void*);
  return kNodeBytes + series.bytes().capacity();
}

ExemplarRing::Verdict ExemplarRing::Add(const model::Labels& series,
                                        const model::Exemplar& exemplar) {
  const auto [at, is_new] = lines_.try_emplace(series);
  Line& line = at->second;
  if (!is_new) {
    const model::Exemplar& newest = At(line.newest).exemplar;
    if (exemplar == newest) return Verdict::kSame;
    const bool older = exemplar.time_ms < newest.time_ms ||
                       (exemplar.time_ms == newest.time_ms && exemplar.value < newest.value);
    if (older) return Verdict::kOutOfOrder;
  }
  const uint64_t number = first_ + slots_.size();
  slots_.push_back({exemplar, &*at, kNone});
  if (is_new) {
    line.oldest = number;
    bytes_ += SeriesBytes(at->first);
  } else {
    At(line.newest).next = number;
  }
  line.newest = number;
  bytes_ += SlotBytes(slots_.back().exemplar);
  while (Over()) DropOldest();
  return Verdict::kAdded;
}

void ExemplarRing::DropOldest() {
  const Slot slot = std::move(slots_.front());
  slots_.pop_front();
  ++first_;
  bytes_ -= SlotBytes(slot.exemplar);
  slot.line->second.oldest = slot.next;
  if (slot.next != kNone) return;
  bytes_ -= SeriesBytes(slot.line->first);
  lines_.erase(lines_.find(slot.line->first));
}

std::vector<model::Exemplar> ExemplarRing::Between(const Line& line, int64_t min_ms,
                                                   int64_t max_ms) const {
  std::vector<model::Exemplar> out;
  for (uint64_t number = line.oldest; number != kNone; number = At(number).next) {
    const model::Exemplar& exemplar = At(number).exemplar;
    if (exemplar.time_ms > max_ms) break;  // times of a series ascend
    if (exemplar.time_ms >= min_ms) out.push_back(exemplar);
  }
  return out;
}

void ExemplarRing::ForEach(
    const std::function<void(const model::Labels& series, const model::Exemplar& exemplar)>& visit)
    const {
  for (const Slot& slot : slots_) visit(slot.line->first, slot.exemplar);
}

std::vector<SeriesExemplars> ExemplarRing::Select(
    const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms,
    int64_t max_ms) const {
  std::vector<SeriesExemplars> out;
  for (const auto& [series, line] : lines_) {
    if (!MatchesAny(selectors, series)) continue;
    std::vector<model::Exemplar> exemplars = Between(line, min_ms, max_ms);
    if (!exemplars.empty()) out.push_back({series, std::move(exemplars)});
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.series < b.series; });
  return out;
}

}  // namespace vedette::tsdb
