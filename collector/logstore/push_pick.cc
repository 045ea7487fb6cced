#include "collector/logstore/push_pick.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "base/strings.h"
#include "collector/logstore/line_cut.h"

namespace vedette::logstore {
namespace {

// What an entry takes beside its line, about.
constexpr uint64_t kEntryCost = 64;

// Picks entry by entry.
class Picker {
 public:
  Picker(const model::LogPush& push, const PushPlace& from, const PickRules& rules)
      : push_(push),
        source_(push.sources.empty() ? nullptr : &push.sources[0]),
        rules_(rules),
        taken_(rules.mark.value_or(0)) {
    piece_.next = from;
    piece_.record.mark = taken_;
    if (source_ != nullptr) piece_.record.source = source_->source;
  }

  PickedPiece Run() {
    PushPlace& at = piece_.next;
    for (; at.stream < push_.streams.size() && bytes_ < rules_.most_bytes; ++at.stream) {
      const model::LogStream& stream = push_.streams[at.stream];
      PushRecord::StreamEntries kept{stream.labels, {}};
      kept.entries.reserve(
          std::min<uint64_t>(stream.entries.size() - at.entry, rules_.most_bytes / kEntryCost));
      for (; at.entry < stream.entries.size() && bytes_ < rules_.most_bytes; ++at.entry) {
        Take(stream, stream.entries[at.entry], &kept);
        ++at.index;
      }
      const bool whole = at.entry == stream.entries.size();
      if (!kept.entries.empty()) piece_.record.streams.push_back(std::move(kept));
      if (!whole) break;
      at.entry = 0;
    }
    return std::move(piece_);
  }

 private:
  void Take(const model::LogStream& stream, const model::LogEntry& entry,
            PushRecord::StreamEntries* kept) {
    const uint64_t position = source_ == nullptr ? 0 : source_->positions[piece_.next.index];
    bytes_ += kEntryCost + entry.line.size() + entry.metadata.bytes().size();
    const bool is_stored = rules_.mark.has_value() && position <= taken_;
    // Judged before the mark: whoever halves a batch to find the bad entry must meet it again.
    if (!rules_.times.Take(entry.timestamp_ns)) {
      if (piece_.rejected++ == 0) piece_.why_rejected = WhyNotTaken(rules_.times, stream, entry);
      piece_.left_out.push_back(piece_.next.index);
    } else if (is_stored) {
      ++piece_.skipped;
      piece_.left_out.push_back(piece_.next.index);
    } else {
      kept->entries.push_back({entry.timestamp_ns, position, &entry.metadata, LineOf(entry)});
    }
    if (source_ == nullptr || is_stored) return;
    piece_.record.mark = std::max(piece_.record.mark, position);
    piece_.mark_moved = true;
  }

  std::string_view LineOf(const model::LogEntry& entry) {
    if (entry.line.size() <= rules_.max_line_bytes) return entry.line;
    return piece_.cut.emplace_back(CutLine(entry.line, rules_.max_line_bytes));
  }

  const model::LogPush& push_;
  const model::SourcePositions* const source_;
  const PickRules& rules_;
  const uint64_t taken_;  // positions up to here, if there is a mark
  PickedPiece piece_;
  uint64_t bytes_ = 0;
};

}  // namespace

std::string UtcText(int64_t timestamp_ns) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::nanoseconds> time{
      std::chrono::nanoseconds(timestamp_ns)};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<std::chrono::seconds>(time) - day);
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::string WhyNotTaken(const TakenTimes& times, const model::LogStream& stream,
                        const model::LogEntry& entry) {
  if (entry.timestamp_ns > times.newest_ns) {
    return base::Concat({"entry for stream '", stream.labels.ToString(),
                         "' has timestamp too new: ", UtcText(entry.timestamp_ns)});
  }
  if (entry.timestamp_ns < times.oldest_ns) {
    return base::Concat({"entry for stream '", stream.labels.ToString(),
                         "' has timestamp too old: ", UtcText(entry.timestamp_ns),
                         ", oldest acceptable timestamp is: ", UtcText(times.oldest_ns)});
  }
  return {};
}

PickedPiece Pick(const model::LogPush& push, const PushPlace& from, const PickRules& rules) {
  return Picker(push, from, rules).Run();
}

}  // namespace vedette::logstore
