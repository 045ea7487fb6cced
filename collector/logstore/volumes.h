#ifndef VEDETTE_COLLECTOR_LOGSTORE_VOLUMES_H_
#define VEDETTE_COLLECTOR_LOGSTORE_VOLUMES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/matcher.h"

namespace vedette::logstore {

// What to count: rows of streams that satisfy all matchers, start <= time < end, by group and bin.
struct VolumeRequest {
  std::vector<model::Matcher> matchers;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  // The bin of a time is floor((time - origin) / step), told from the one that holds start_ns; one
  // bin for all when step_ns is 0. Windows (a, b] of LogQL are counted with start, end and origin 1
  // ns after whole minutes. Cheapest where all bounds are whole minutes or 1 ns after, and steps
  // whole minutes.
  int64_t origin_ns = 0;
  int64_t step_ns = 0;
  bool bytes = true;  // of lines; false: entries alone, which never takes a line
  // Names of labels that groups are told by, or all there are. Where a line may have metadata of
  // such a name, other than its level, counts by stream and level do not tell: nothing is answered.
  std::vector<std::string> labels;
  bool all_labels = false;
  std::stop_token stop;
};

// Of one group, one number a bin. Empty where nothing was counted.
struct VolumeBins {
  std::vector<uint64_t> entries;
  std::vector<uint64_t> bytes;
};

// The group of a stream's lines whose metadata has this level (empty: none), numbered from 0;
// nothing: they are not counted. A stream may have a label of that name as well, which goes first
// in LogQL. Asked once a pair, on the caller's thread.
using VolumeGroupFn =
    std::function<std::optional<size_t>(const model::Labels& stream, std::string_view level)>;

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_VOLUMES_H_
