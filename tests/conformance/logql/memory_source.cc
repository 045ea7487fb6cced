#include "tests/conformance/logql/memory_source.h"

#include <algorithm>

namespace vedette::logql {

void MemorySource::Add(const model::Labels& stream, int64_t timestamp_ns, std::string line,
                       const model::Labels& metadata) {
  const auto known = std::find(streams_.begin(), streams_.end(), stream);
  const model::Labels* owned = known == streams_.end() ? &streams_.emplace_back(stream) : &*known;
  entries_.push_back({timestamp_ns, std::move(line), owned, metadata});
}

base::Status MemorySource::Scan(const ScanRequest& request, const ScanFn& visit) const {
  std::vector<StoredLine> lines;
  for (const Entry& entry : entries_) {
    if (entry.timestamp_ns >= request.start_ns && entry.timestamp_ns < request.end_ns &&
        model::MatchesAll(request.matchers, *entry.stream)) {
      lines.push_back({entry.timestamp_ns, entry.line, entry.stream, &entry.metadata});
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [](const StoredLine& a, const StoredLine& b) {
    return a.timestamp_ns < b.timestamp_ns;
  });
  if (request.direction == Direction::kBackward) std::reverse(lines.begin(), lines.end());
  for (size_t i = 0; i < lines.size(); i += 3) {
    if (!visit(std::span(lines).subspan(i, std::min<size_t>(3, lines.size() - i)))) break;
  }
  return {};
}

}  // namespace vedette::logql
