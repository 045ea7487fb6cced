#ifndef VEDETTE_COLLECTOR_LOGSTORE_ROW_FILTER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_ROW_FILTER_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::logstore {

// Substrings of lines: of every list at least one. Empty: no condition.
using Substrings = std::vector<std::vector<std::string>>;

bool HasSubstrings(std::string_view line, const Substrings& required);

// Which rows of a part's block are asked for. Borrows both.
struct RowFilter {
  int64_t start_ns = 0;                        // inclusive
  int64_t end_ns = 0;                          // exclusive
  const std::vector<bool>* streams = nullptr;  // by id of the part
  const Substrings* required = nullptr;
  bool lines = true;  // false: they come empty, and as if from a source, since none can be compared
  std::stop_token stop = {};

  bool WantsTime(int64_t timestamp_ns) const {
    return timestamp_ns >= start_ns && timestamp_ns < end_ns;
  }
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_ROW_FILTER_H_
