#include "collector/logstore/source_marks.h"

#include <algorithm>

namespace vedette::logstore {

std::optional<uint64_t> SourceMarks::Get(std::string_view source) const {
  const auto it = marks_.find(source);
  if (it == marks_.end()) return std::nullopt;
  return it->second.position;
}

void SourceMarks::Advance(std::string_view source, uint64_t position, int64_t now_ms) {
  Mark& mark = marks_[std::string(source)];
  mark.position = std::max(mark.position, position);
  mark.last_used_ms = std::max(mark.last_used_ms, now_ms);
}

void SourceMarks::Expire(int64_t before_ms) {
  absl::erase_if(marks_, [&](const auto& item) { return item.second.last_used_ms < before_ms; });
}

std::vector<SourceMark> SourceMarks::ToList() const {
  std::vector<SourceMark> list;
  list.reserve(marks_.size());
  for (const auto& [source, mark] : marks_) {
    list.push_back({source, mark.position, mark.last_used_ms});
  }
  std::sort(list.begin(), list.end(),
            [](const SourceMark& a, const SourceMark& b) { return a.source < b.source; });
  return list;
}

SourceMarks SourceMarks::FromList(const std::vector<SourceMark>& list) {
  SourceMarks marks;
  for (const SourceMark& mark : list) {
    marks.marks_[mark.source] = {mark.position, mark.last_used_ms};
  }
  return marks;
}

}  // namespace vedette::logstore
