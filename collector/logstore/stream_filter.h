#ifndef VEDETTE_COLLECTOR_LOGSTORE_STREAM_FILTER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_STREAM_FILTER_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "collector/logstore/row.h"
#include "model/matcher.h"

namespace vedette::logstore {

// Remembers which streams satisfy the matchers, which it borrows. One thread.
class StreamFilter {
 public:
  explicit StreamFilter(const std::vector<model::Matcher>& matchers) : matchers_(matchers) {}

  bool Matches(const Stream* stream) {
    const auto [it, fresh] = known_.try_emplace(stream, false);
    if (fresh) it->second = model::MatchesAll(matchers_, stream->labels);
    return it->second;
  }

 private:
  const std::vector<model::Matcher>& matchers_;
  absl::flat_hash_map<const Stream*, bool> known_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_STREAM_FILTER_H_
