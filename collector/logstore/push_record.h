#ifndef VEDETTE_COLLECTOR_LOGSTORE_PUSH_RECORD_H_
#define VEDETTE_COLLECTOR_LOGSTORE_PUSH_RECORD_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::logstore {

// One push as the write-ahead log holds it (FORMAT.md): what was kept of it, and its source's mark.
// Borrows the strings it was made of.
struct PushRecord {
  struct Entry {
    int64_t timestamp_ns = 0;
    uint64_t position = 0;                    // 0 without a source
    const model::Labels* metadata = nullptr;  // never null
    std::string_view line;
  };
  struct StreamEntries {
    model::Labels labels;
    std::vector<Entry> entries;
  };

  uint64_t sequence = 0;  // of the first entry
  int64_t wall_ms = 0;
  std::string_view source;  // empty: none
  uint64_t mark = 0;
  std::vector<StreamEntries> streams;
  std::deque<model::Labels> own_metadata;  // of a decoded record: what its entries borrow

  PushRecord() = default;
  PushRecord(PushRecord&&) = default;
  PushRecord& operator=(PushRecord&&) = default;

  uint64_t EntryCount() const;
  std::string Encode() const { return EncodeHead() + EncodeStreams(); }
  // Its bytes in two, one behind the other: what of it is known before its place in the log is, may
  // be made ready.
  std::string EncodeHead() const;
  std::string EncodeStreams() const;  // with room for the head
  // DataLoss when damaged.
  static base::StatusOr<PushRecord> Decode(std::string_view payload);
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_PUSH_RECORD_H_
