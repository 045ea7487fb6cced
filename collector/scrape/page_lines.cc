#include "collector/scrape/page_lines.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "collector/scrape/heap_bytes.h"

namespace vedette::scrape {
namespace {

// Assigning {} would keep the memory.
template <typename T>
void Free(T* what) {
  T().swap(*what);
}

}  // namespace

void PageLines::Begin() {
  next_ = 0;
  repeats_ = true;
  has_unread_leads_ = false;
  new_text_.clear();
  new_lines_.clear();
}

PageLines::Expected PageLines::Next() const {
  if (next_ >= lines_.size()) return {};
  const Line& line = lines_[next_];
  return {std::string_view(text_).substr(line.at, line.lead + line.size), line.lead};
}

CachedSeries* PageLines::Take(std::string_view lead) {
  const Line& line = lines_[next_];
  const bool is_same_lead = lead == LeadOf(text_, line);
  if (is_same_lead && !lead.empty()) has_unread_leads_ = true;
  if (!is_same_lead) StopRepeating();
  ++next_;
  if (!repeats_) Add(lead, LineOf(text_, line), line.series);
  return line.series;
}

std::optional<CachedSeries*> PageLines::Find(std::string_view lead, std::string_view line) {
  if (IsNext(line)) return Take(lead);
  const std::optional<size_t> place = PlaceOf(line);
  if (!place) return std::nullopt;
  StopRepeating();
  next_ = *place;
  return Take(lead);
}

bool PageLines::IsNext(std::string_view line) const {
  return next_ < lines_.size() && LineOf(text_, lines_[next_]) == line;
}

// First among those that follow: most often some have gone.
std::optional<size_t> PageLines::PlaceOf(std::string_view line) {
  constexpr size_t kNear = 8;
  const size_t near = std::min(next_ + kNear, lines_.size());
  for (size_t i = next_; i < near; ++i) {
    if (LineOf(text_, lines_[i]) == line) return i;
  }
  if (places_.empty()) {
    places_.reserve(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) places_.try_emplace(LineOf(text_, lines_[i]), i);
  }
  const auto at = places_.find(line);
  return at == places_.end() ? std::nullopt : std::optional(at->second);
}

// A page of names beyond what a place can say is not remembered past that.
void PageLines::Add(std::string_view lead, std::string_view line, CachedSeries* series) {
  StopRepeating();
  const size_t at = new_text_.size();
  if (at + lead.size() + line.size() > std::numeric_limits<uint32_t>::max()) return;
  new_text_.append(lead).append(line);
  new_lines_.push_back({series, static_cast<uint32_t>(at), static_cast<uint32_t>(lead.size()),
                        static_cast<uint32_t>(line.size())});
}

void PageLines::StopRepeating() {
  if (!repeats_) return;
  repeats_ = false;
  new_lines_.reserve(lines_.size());
  new_text_.reserve(text_.size());
  new_lines_.assign(lines_.begin(), lines_.begin() + static_cast<ptrdiff_t>(next_));
  if (next_ == 0) return;
  const Line& last = lines_[next_ - 1];
  new_text_.assign(text_, 0, size_t{last.at} + last.lead + last.size);
}

bool PageLines::End() {
  if (repeats_ && next_ == lines_.size()) return true;
  StopRepeating();
  lines_.swap(new_lines_);
  text_.swap(new_text_);
  Drop();
  text_.shrink_to_fit();
  lines_.shrink_to_fit();
  return false;
}

void PageLines::Drop() {
  Free(&places_);
  Free(&new_lines_);
  Free(&new_text_);
}

void PageLines::Clear() {
  Drop();
  Free(&lines_);
  Free(&text_);
  Begin();
}

std::vector<std::string_view> PageLines::Leads() const {
  std::vector<std::string_view> leads;
  for (const Line& line : lines_) {
    if (line.lead > 0) leads.push_back(LeadOf(text_, line));
  }
  return leads;
}

uint64_t PageLines::bytes() const {
  return HeapBytes(text_) + HeapBytes(new_text_) + ArrayBytes(lines_) + ArrayBytes(new_lines_) +
         TableBytes(places_);
}

}  // namespace vedette::scrape
