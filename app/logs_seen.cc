#include "app/logs_seen.h"

#include <utility>

namespace vedette::app {

std::vector<FetchedLine> SeenLines::Asked(std::vector<FetchedLine> lines) {
  Counts met;
  std::erase_if(lines, [&](const FetchedLine& line) {
    size_t& shown = shown_[line];
    if (++met[line] <= shown) return true;
    ++shown;
    ++asked_[line];
    return false;
  });
  return lines;
}

std::vector<FetchedLine> SeenLines::Came(std::vector<FetchedLine> lines) {
  std::erase_if(lines, [this](const FetchedLine& line) {
    const auto asked = asked_.find(line);
    if (asked == asked_.end()) {
      ++shown_[line];
      return false;
    }
    if (--asked->second == 0) asked_.erase(asked);
    return true;
  });
  return lines;
}

void SeenLines::Forget(int64_t before_ns) {
  Forget(before_ns, &shown_);
  Forget(before_ns, &asked_);
}

// They stand in the order of their times.
void SeenLines::Forget(int64_t before_ns, Counts* counts) {
  while (!counts->empty() && counts->begin()->first.timestamp_ns < before_ns) {
    counts->erase(counts->begin());
  }
}

}  // namespace vedette::app
