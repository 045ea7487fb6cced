#include "collector/logstore/contested_times.h"

#include <algorithm>
#include <iterator>

#include "collector/logstore/minute_slot.h"

namespace vedette::logstore {
namespace {

// The slots that hold both instants and all between.
TimeSpan WholeSlots(int64_t min_ns, int64_t max_ns) {
  return {SlotBegin(SlotOf(min_ns)), SlotBegin(SlotOf(max_ns) + 1)};
}

}  // namespace

std::vector<TimeSpan> Joined(std::vector<TimeSpan> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const TimeSpan& a, const TimeSpan& b) { return a.begin_ns < b.begin_ns; });
  std::vector<TimeSpan> joined;
  for (const TimeSpan& span : spans) {
    if (joined.empty() || joined.back().end_ns < span.begin_ns) {
      joined.push_back(span);
    } else {
      joined.back().end_ns = std::max(joined.back().end_ns, span.end_ns);
    }
  }
  return joined;
}

void ContestedTimes::AddRows(const Stream* stream, int64_t min_ns, int64_t max_ns) {
  rows_[stream].push_back({min_ns, max_ns});
}

void ContestedTimes::AddAll(const Stream* stream, int64_t min_ns, int64_t max_ns) {
  contested_[stream].push_back(WholeSlots(min_ns, max_ns));
}

void ContestedTimes::Finish() {
  for (auto& [stream, spans] : rows_) {
    std::sort(spans.begin(), spans.end(),
              [](const TimeSpan& a, const TimeSpan& b) { return a.begin_ns < b.begin_ns; });
    int64_t last_ns = spans.front().end_ns;  // inclusive here
    for (size_t i = 1; i < spans.size(); ++i) {
      if (spans[i].begin_ns <= last_ns) {
        AddAll(stream, spans[i].begin_ns, std::min(last_ns, spans[i].end_ns));
      }
      last_ns = std::max(last_ns, spans[i].end_ns);
    }
  }
  rows_.clear();
  for (auto& [stream, spans] : contested_) spans = Joined(std::move(spans));
}

std::span<const TimeSpan> ContestedTimes::Of(const Stream* stream) const {
  const auto it = contested_.find(stream);
  return it == contested_.end() ? std::span<const TimeSpan>() : it->second;
}

bool ContestedTimes::Has(const Stream* stream, int64_t timestamp_ns) const {
  const std::span<const TimeSpan> spans = Of(stream);
  const auto after = std::upper_bound(
      spans.begin(), spans.end(), timestamp_ns,
      [](int64_t time_ns, const TimeSpan& span) { return time_ns < span.begin_ns; });
  return after != spans.begin() && std::prev(after)->Has(timestamp_ns);
}

std::vector<TimeSpan> ContestedTimes::All() const {
  std::vector<TimeSpan> all;
  for (const auto& [stream, spans] : contested_) all.insert(all.end(), spans.begin(), spans.end());
  return Joined(std::move(all));
}

}  // namespace vedette::logstore
