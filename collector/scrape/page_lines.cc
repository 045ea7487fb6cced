#include "collector/scrape/page_lines.h"

#include <algorithm>
#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {

using model::exposition::KnownLine;

PageLines::Line PageLines::LineOf(std::string_view lead, std::string_view line,
                                  CachedSeries* series) {
  const KnownLine known = KnownLine::Of(lead, line);
  return {series, known.hash, known.lead_hash, static_cast<uint32_t>(known.size),
          static_cast<uint32_t>(known.lead_size)};
}

void PageLines::Begin() {
  next_ = 0;
  repeats_ = true;
  has_unread_leads_ = false;
  new_lines_.clear();
}

KnownLine PageLines::Next() const {
  if (next_ >= lines_.size()) return {};
  const Line& line = lines_[next_];
  return {line.lead_size, line.lead_hash, line.size, line.hash};
}

CachedSeries* PageLines::Take(std::string_view lead) {
  Line line = lines_[next_];
  const uint64_t lead_hash = lead.empty() ? 0 : KnownLine::HashOf(lead);
  const bool is_same_lead = lead.size() == line.lead_size && lead_hash == line.lead_hash;
  if (is_same_lead && !lead.empty()) has_unread_leads_ = true;
  if (!is_same_lead) StopRepeating();
  ++next_;
  // The series lie all over the heap, cold since the last scrape.
  constexpr size_t kAhead = 16;
  if (next_ + kAhead < lines_.size()) __builtin_prefetch(lines_[next_ + kAhead].series, 1);
  if (!repeats_) {
    line.lead_hash = lead_hash;
    line.lead_size = static_cast<uint32_t>(lead.size());
    new_lines_.push_back(line);
  }
  return line.series;
}

std::optional<CachedSeries*> PageLines::Find(std::string_view lead, std::string_view line) {
  const Line wanted = LineOf({}, line, nullptr);
  if (IsNext(wanted)) return Take(lead);
  const std::optional<size_t> place = PlaceOf(wanted);
  if (!place) return std::nullopt;
  StopRepeating();
  next_ = *place;
  return Take(lead);
}

bool PageLines::IsNext(const Line& line) const {
  return next_ < lines_.size() && lines_[next_].hash == line.hash &&
         lines_[next_].size == line.size;
}

// First among those that follow: most often some have gone.
std::optional<size_t> PageLines::PlaceOf(const Line& line) {
  constexpr size_t kNear = 8;
  const size_t near = std::min(next_ + kNear, lines_.size());
  for (size_t i = next_; i < near; ++i) {
    if (lines_[i].hash == line.hash && lines_[i].size == line.size) return i;
  }
  if (places_.empty()) {
    places_.reserve(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) places_.try_emplace(lines_[i].hash, i);
  }
  const auto at = places_.find(line.hash);
  return at == places_.end() ? std::nullopt : std::optional(at->second);
}

void PageLines::Add(std::string_view lead, std::string_view line, CachedSeries* series) {
  StopRepeating();
  new_lines_.push_back(LineOf(lead, line, series));
}

void PageLines::StopRepeating() {
  if (!repeats_) return;
  repeats_ = false;
  new_lines_.reserve(lines_.size());
  new_lines_.assign(lines_.begin(), lines_.begin() + static_cast<ptrdiff_t>(next_));
}

bool PageLines::End() {
  if (repeats_ && next_ == lines_.size()) return true;
  StopRepeating();
  lines_.swap(new_lines_);
  Drop();
  lines_.shrink_to_fit();
  return false;
}

void PageLines::Drop() {
  // Assigning {} would keep the memory.
  std::vector<Line>().swap(new_lines_);
  absl::flat_hash_map<uint64_t, size_t>().swap(places_);
}

void PageLines::Clear() {
  Drop();
  std::vector<Line>().swap(lines_);
  Begin();
}

uint64_t PageLines::bytes() const {
  return ArrayBytes(lines_) + ArrayBytes(new_lines_) + TableBytes(places_);
}

}  // namespace vedette::scrape
