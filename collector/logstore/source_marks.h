#ifndef VEDETTE_COLLECTOR_LOGSTORE_SOURCE_MARKS_H_
#define VEDETTE_COLLECTOR_LOGSTORE_SOURCE_MARKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"

namespace vedette::logstore {

struct SourceMark {
  std::string source;
  uint64_t position = 0;
  int64_t last_used_ms = 0;
};

// The high-water mark of every source: positions at or below it were taken. A value type.
class SourceMarks {
 public:
  // Most sources held; a push of one more is refused, since forgetting one would repeat lines.
  static constexpr size_t kMaxSources = 65'536;

  // The mark, or nothing for a source never seen.
  std::optional<uint64_t> Get(std::string_view source) const;
  // Never lowers the mark.
  void Advance(std::string_view source, uint64_t position, int64_t now_ms);
  // Forgets sources not used since `before_ms`.
  void Expire(int64_t before_ms);
  size_t size() const { return marks_.size(); }

  std::vector<SourceMark> ToList() const;  // sorted by source
  static SourceMarks FromList(const std::vector<SourceMark>& list);

 private:
  struct Mark {
    uint64_t position = 0;
    int64_t last_used_ms = 0;
  };
  base::StringMap<Mark> marks_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_SOURCE_MARKS_H_
