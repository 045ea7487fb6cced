#include "collector/scrape/page_lines.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {

using model::exposition::KnownLine;

std::string_view PageLines::Page::LeadOf(const Line& line) const {
  if (line.lead == 0) return {};
  const Lead& lead = leads[line.lead - 1];
  return std::string_view(text).substr(lead.at, lead.size);
}

// Comments beyond what a place can say are not remembered: they are read each time.
void PageLines::Page::Add(std::string_view lead, Line line) {
  line.lead = 0;
  if (!lead.empty() && text.size() + lead.size() <= std::numeric_limits<uint32_t>::max()) {
    leads.push_back({static_cast<uint32_t>(text.size()), static_cast<uint32_t>(lead.size())});
    text.append(lead);
    line.lead = static_cast<uint32_t>(leads.size());
  }
  lines.push_back(line);
}

uint64_t PageLines::Page::bytes() const {
  return HeapBytes(text) + ArrayBytes(lines) + ArrayBytes(leads);
}

PageLines::Line PageLines::LineOf(std::string_view line, CachedSeries* series) {
  return {series, KnownLine::HashOf(line), static_cast<uint32_t>(line.size()), 0};
}

void PageLines::Begin() {
  next_ = 0;
  repeats_ = true;
  has_unread_leads_ = false;
  new_.lines.clear();
  new_.leads.clear();
  new_.text.clear();
}

KnownLine PageLines::Next() const {
  if (next_ >= last_.lines.size()) return {};
  const Line& line = last_.lines[next_];
  return {last_.LeadOf(line), line.size, line.hash};
}

CachedSeries* PageLines::Take(std::string_view lead) {
  const Line& line = last_.lines[next_];
  const bool is_same_lead = lead == last_.LeadOf(line);
  if (is_same_lead && !lead.empty()) has_unread_leads_ = true;
  if (!is_same_lead) StopRepeating();
  ++next_;
  if (!repeats_) new_.Add(lead, line);
  return line.series;
}

std::optional<CachedSeries*> PageLines::Find(std::string_view lead, std::string_view line) {
  const Line wanted = LineOf(line, nullptr);
  if (IsNext(wanted)) return Take(lead);
  const std::optional<size_t> place = PlaceOf(wanted);
  if (!place) return std::nullopt;
  StopRepeating();
  next_ = *place;
  return Take(lead);
}

bool PageLines::IsNext(const Line& line) const {
  return next_ < last_.lines.size() && last_.lines[next_].hash == line.hash &&
         last_.lines[next_].size == line.size;
}

// First among those that follow: most often some have gone.
std::optional<size_t> PageLines::PlaceOf(const Line& line) {
  constexpr size_t kNear = 8;
  const size_t near = std::min(next_ + kNear, last_.lines.size());
  for (size_t i = next_; i < near; ++i) {
    if (last_.lines[i].hash == line.hash && last_.lines[i].size == line.size) return i;
  }
  if (places_.empty()) {
    places_.reserve(last_.lines.size());
    for (size_t i = 0; i < last_.lines.size(); ++i) places_.try_emplace(last_.lines[i].hash, i);
  }
  const auto at = places_.find(line.hash);
  return at == places_.end() ? std::nullopt : std::optional(at->second);
}

void PageLines::Add(std::string_view lead, std::string_view line, CachedSeries* series) {
  StopRepeating();
  new_.Add(lead, LineOf(line, series));
}

void PageLines::StopRepeating() {
  if (!repeats_) return;
  repeats_ = false;
  new_.lines.reserve(last_.lines.size());
  new_.leads.reserve(last_.leads.size());
  new_.text.reserve(last_.text.size());
  for (size_t i = 0; i < next_; ++i) new_.Add(last_.LeadOf(last_.lines[i]), last_.lines[i]);
}

bool PageLines::End() {
  if (repeats_ && next_ == last_.lines.size()) return true;
  StopRepeating();
  std::swap(last_, new_);
  Drop();
  last_.lines.shrink_to_fit();
  last_.leads.shrink_to_fit();
  last_.text.shrink_to_fit();
  return false;
}

void PageLines::Drop() {
  new_ = Page();
  absl::flat_hash_map<uint64_t, size_t>().swap(places_);
}

void PageLines::Clear() {
  Drop();
  last_ = Page();
  Begin();
}

std::vector<std::string_view> PageLines::Leads() const {
  std::vector<std::string_view> leads;
  for (const Lead& lead : last_.leads) {
    leads.push_back(std::string_view(last_.text).substr(lead.at, lead.size));
  }
  return leads;
}

uint64_t PageLines::bytes() const { return last_.bytes() + new_.bytes() + TableBytes(places_); }

}  // namespace vedette::scrape
