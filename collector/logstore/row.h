#ifndef VEDETTE_COLLECTOR_LOGSTORE_ROW_H_
#define VEDETTE_COLLECTOR_LOGSTORE_ROW_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "model/labels.h"

namespace vedette::logstore {

// A stream known to the store. Interned: within one Store, equal label sets are one object for as
// long as anything holds it, so readers may compare pointers.
struct Stream {
  model::Labels labels;
};
using StreamPtr = std::shared_ptr<const Stream>;

// One stored line. Borrows everything from the block or memtable that it was read from.
struct Row {
  int64_t timestamp_ns = 0;
  uint64_t sequence = 0;  // arrival order over the whole store; breaks ties of equal timestamps
  const Stream* stream = nullptr;
  const model::Labels* metadata = nullptr;  // never null; often the empty set
  std::string_view line;
  // Pushed with a source position: judged by its source's mark, never by its content.
  bool sourced = false;
};

// Reading order: time, then arrival.
inline bool Before(const Row& a, const Row& b) {
  return a.timestamp_ns != b.timestamp_ns ? a.timestamp_ns < b.timestamp_ns
                                          : a.sequence < b.sequence;
}

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_ROW_H_
