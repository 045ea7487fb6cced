#ifndef VEDETTE_SHIPPER_ENTRY_H_
#define VEDETTE_SHIPPER_ENTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/labels.h"

namespace vedette::shipper {

// One log entry on its way to the collector.
struct Entry {
  int64_t timestamp_ns = 0;
  std::string line;        // the original bytes
  model::Labels labels;    // of its stream
  model::Labels metadata;  // structured metadata
  uint64_t position = 0;   // in its source, growing
};

// Entries of one source, positions ascending.
struct Batch {
  std::string source;
  std::vector<Entry> entries;
  size_t bytes = 0;  // of the lines

  void Add(Entry entry) {
    bytes += entry.line.size();
    entries.push_back(std::move(entry));
  }
  bool Full() const { return bytes >= kMaxBytes || entries.size() >= kMaxEntries; }

  // What a push holds at most, one last line excepted: the memory the shipper needs while the
  // collector is away.
  static constexpr size_t kMaxBytes = 1 << 20;
  static constexpr size_t kMaxEntries = 1000;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_ENTRY_H_
