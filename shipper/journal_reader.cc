#include "shipper/journal_reader.h"

#include <systemd/sd-journal.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/strings.h"

namespace vedette::shipper {
namespace {

constexpr std::array<const char*, kJournalFieldCount> kFieldNames = {
    "MESSAGE", "PRIORITY", "_TRANSPORT", "_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT", "SYSLOG_IDENTIFIER",
    "_PID",    "_UID",     "_COMM",      "_BOOT_ID",      "_MACHINE_ID",        "MESSAGE_ID"};

base::Status JournalError(int result, std::string_view what) {
  return base::FromErrno(-result, base::Concat({"journal: ", what}));
}

// The value of `key` in a cursor "s=...;i=...;b=...;m=...;t=...;x=...".
std::string_view CursorPart(std::string_view cursor, char key) {
  for (const std::string_view part : base::Split(cursor, ';')) {
    if (part.size() > 2 && part[0] == key && part[1] == '=') return part.substr(2);
  }
  return {};
}

class SdJournalReader final : public JournalReader {
 public:
  explicit SdJournalReader(sd_journal* journal) : journal_(journal) {
    // Fields over 64 KiB would be cut otherwise.
    sd_journal_set_data_threshold(journal_, 0);
  }
  ~SdJournalReader() override { sd_journal_close(journal_); }
  SdJournalReader(const SdJournalReader&) = delete;
  SdJournalReader& operator=(const SdJournalReader&) = delete;

  base::Status SeekAfter(const std::string& cursor, bool* gap) override {
    *gap = false;
    if (const int r = sd_journal_seek_cursor(journal_, cursor.c_str()); r < 0) {
      return JournalError(r, "seek");
    }
    const int next = sd_journal_next(journal_);
    if (next < 0) return JournalError(next, "next");
    // At the end: what comes later is behind the cursor in any case.
    if (next == 0) return base::Status();
    const int same = sd_journal_test_cursor(journal_, cursor.c_str());
    if (same < 0) return JournalError(same, "test cursor");
    // Not the entry itself but the one after its place: that one is still to be read.
    *gap = same == 0;
    at_unread_ = same == 0;
    return base::Status();
  }

  base::Status SeekTime(int64_t realtime_us) override {
    const int r = sd_journal_seek_realtime_usec(journal_, static_cast<uint64_t>(realtime_us));
    return r < 0 ? JournalError(r, "seek") : base::Status();
  }

  base::StatusOr<bool> Next(JournalRecord* record) override {
    if (!at_unread_) {
      const int next = sd_journal_next(journal_);
      if (next < 0) return JournalError(next, "next");
      if (next == 0) return false;
    }
    at_unread_ = false;
    VEDETTE_RETURN_IF_ERROR(ReadPlace(record));
    for (size_t i = 0; i < kJournalFieldCount; ++i) {
      VEDETTE_RETURN_IF_ERROR(ReadField(kFieldNames[i], &record->fields[i]));
    }
    record->source = base::Concat(
        {"journal:", record->fields[kMachineId], ":", CursorPart(record->cursor, 's')});
    return true;
  }

  base::Status Wait(std::chrono::microseconds timeout) override {
    const int r = sd_journal_wait(journal_, static_cast<uint64_t>(timeout.count()));
    return r < 0 ? JournalError(r, "wait") : base::Status();
  }

 private:
  base::Status ReadPlace(JournalRecord* record) {
    uint64_t realtime_us = 0;
    if (const int r = sd_journal_get_realtime_usec(journal_, &realtime_us); r < 0) {
      return JournalError(r, "time of an entry");
    }
    record->realtime_ns = static_cast<int64_t>(realtime_us) * 1'000;
    char* cursor = nullptr;
    if (const int r = sd_journal_get_cursor(journal_, &cursor); r < 0) {
      return JournalError(r, "cursor of an entry");
    }
    record->cursor = cursor;
    std::free(cursor);
    const std::string_view seqnum = CursorPart(record->cursor, 'i');
    const auto [end, error] =
        std::from_chars(seqnum.data(), seqnum.data() + seqnum.size(), record->seqnum, 16);
    if (error != std::errc() || end != seqnum.data() + seqnum.size()) {
      return base::DataLoss(
          base::Concat({"journal: cursor without a sequence number: ", record->cursor}));
    }
    return base::Status();
  }

  base::Status ReadField(const char* name, std::string* value) {
    const void* data = nullptr;
    size_t length = 0;
    const int r = sd_journal_get_data(journal_, name, &data, &length);
    // A field that does not read (damaged, or packed in a way this libsystemd does not know) must
    // not keep the entries behind it from being shipped: the entry goes on without it.
    if (r == -ENOENT || r == -EBADMSG || r == -EPROTONOSUPPORT) {
      value->clear();
      return base::Status();
    }
    if (r < 0) return JournalError(r, base::Concat({"field ", name}));
    const size_t prefix = std::strlen(name) + 1;  // "NAME="
    value->assign(static_cast<const char*>(data) + prefix, length - prefix);
    return base::Status();
  }

  sd_journal* const journal_;
  bool at_unread_ = false;  // the current entry has not been handed out yet
};

}  // namespace

base::StatusOr<std::unique_ptr<JournalReader>> OpenJournal(const std::string& directory) {
  sd_journal* journal = nullptr;
  const int r = directory.empty() ? sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY)
                                  : sd_journal_open_directory(&journal, directory.c_str(), 0);
  if (r < 0) return JournalError(r, directory.empty() ? "open" : directory);
  auto reader = std::make_unique<SdJournalReader>(journal);
  // An open folder without a journal in it is what a machine without journald shows.
  if (sd_journal_has_runtime_files(journal) <= 0 && sd_journal_has_persistent_files(journal) <= 0 &&
      directory.empty()) {
    return base::NotFound("no journal on this machine");
  }
  return base::StatusOr<std::unique_ptr<JournalReader>>(std::move(reader));
}

}  // namespace vedette::shipper
