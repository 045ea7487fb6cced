#ifndef VEDETTE_COLLECTOR_LOGQL_COUNTS_H_
#define VEDETTE_COLLECTOR_LOGQL_COUNTS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/matcher.h"

// Lines that a store counts itself, which takes no line to be read where it wrote counts down.

namespace vedette::logql {

struct CountRequest {
  std::vector<model::Matcher> matchers;
  int64_t start_ns = 0;  // inclusive; a window (a, b] begins at a + 1
  int64_t end_ns = 0;    // exclusive
  // The bin of a time is floor((time - origin) / step), told from the one that holds start_ns; one
  // bin for all when step_ns is 0. Cheap where start, end and origin are whole minutes, or all 1 ns
  // after, and step_ns whole minutes.
  int64_t origin_ns = 0;
  int64_t step_ns = 0;
  bool bytes = false;  // of lines too
  // Names of labels that groups are told by, or all there are.
  std::vector<std::string> labels;
  bool all_labels = false;
  std::stop_token stop;
};

// Of one group, one number a bin. Empty where nothing was counted.
struct CountBins {
  std::vector<uint64_t> entries;
  std::vector<uint64_t> bytes;
};

// The group of a stream's lines whose metadata has `level` as detected_level (empty: none), counted
// from 0; nothing: they are not counted. Asked once a pair, on the caller's thread.
using CountGroupFn =
    std::function<std::optional<size_t>(const model::Labels& stream, std::string_view level)>;

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_COUNTS_H_
