#ifndef VEDETTE_SHIPPER_JOURNAL_READER_H_
#define VEDETTE_SHIPPER_JOURNAL_READER_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::shipper {

// The journal fields that are read, and no others: reading all costs several times as much.
enum JournalField : size_t {
  kMessage,
  kPriority,
  kTransport,
  kUnit,
  kUserUnit,
  kIdentifier,
  kPid,
  kUid,
  kComm,
  kBootId,
  kMachineId,
  kMessageId,
  kJournalFieldCount,
};

// One journal entry. Missing fields are empty.
struct JournalRecord {
  std::string cursor;
  std::string source;   // "journal:MACHINE:SEQNUM-ID"
  uint64_t seqnum = 0;  // journald's own count within that source
  int64_t realtime_ns = 0;
  std::array<std::string, kJournalFieldCount> fields;
};

// An open journal at a place. One thread. A seam: tests bring their own.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  // To just behind the entry of `cursor`. `*gap` says that it is gone (vacuumed): reading goes on
  // at the next entry that still exists.
  virtual base::Status SeekAfter(const std::string& cursor, bool* gap) = 0;
  // To the first entry at or after the time (microseconds since the epoch).
  virtual base::Status SeekTime(int64_t realtime_us) = 0;
  // True with the next entry, false at the end.
  virtual base::StatusOr<bool> Next(JournalRecord* record) = 0;
  // Until something may have been added, or the timeout.
  virtual base::Status Wait(std::chrono::microseconds timeout) = 0;
};

// Opens the journal below `directory` (empty: this machine's own). NotFound when there is none.
base::StatusOr<std::unique_ptr<JournalReader>> OpenJournal(const std::string& directory);

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_JOURNAL_READER_H_
