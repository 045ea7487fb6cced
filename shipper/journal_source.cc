#include "shipper/journal_source.h"

#include <utility>

#include "shipper/journal_entry.h"

namespace vedette::shipper {
namespace {

// How long a wait for new entries takes before it looks whether it is to stop.
constexpr std::chrono::milliseconds kWait{250};

}  // namespace

JournalSource::JournalSource(Options options)
    : options_(std::move(options)),
      caddy_(options_.zone),
      gaps_(options_.telemetry->NewCounter("vedette_shipper_journal_gaps_total",
                                           "Times the entry at the cursor was gone from the "
                                           "journal, vacuumed before it was read on.")),
      cursor_(options_.checkpoint->Get().journal_cursor) {}

void JournalSource::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::unique_ptr<JournalReader> reader = Open();
    base::Status status;
    while (reader && status.ok() && !stop.stop_requested()) {
      status = ShipToEnd(reader.get(), stop);
      if (!status.ok()) break;
      options_.checkpoint->Flush();
      status = reader->Wait(kWait);
    }
    held_.reset();
    if (stop.stop_requested()) return;
    if (!status.ok() && !said_broken_) {
      said_broken_ = true;
      options_.logger->Warn("the journal cannot be read on, it is opened anew now and then",
                            {{"error", base::Message(status)}});
    }
    if (!options_.clock->SleepFor(options_.reopen_after, stop)) return;
  }
}

std::unique_ptr<JournalReader> JournalSource::Open() {
  base::StatusOr<std::unique_ptr<JournalReader>> reader = options_.open();
  base::Status status = reader.status();
  if (status.ok()) status = Seek(reader->get());
  if (status.ok()) {
    if (said_absent_) options_.logger->Info("the journal is there now");
    said_absent_ = false;
    return *std::move(reader);
  }
  if (!said_absent_) {
    said_absent_ = true;
    options_.logger->Warn("no journal to read, going on with log files",
                          {{"reason", base::Message(status)}});
  }
  return nullptr;
}

base::Status JournalSource::Seek(JournalReader* reader) {
  if (cursor_.empty()) {
    const int64_t back_us =
        std::chrono::duration_cast<std::chrono::microseconds>(options_.first_look_back).count();
    return reader->SeekTime(options_.clock->WallNanos() / 1'000 - back_us);
  }
  bool gap = false;
  VEDETTE_RETURN_IF_ERROR(reader->SeekAfter(cursor_, &gap));
  if (gap) {
    gaps_->Add();
    options_.logger->Warn("journal entries were vacuumed before they were shipped",
                          {{"cursor", cursor_}});
  }
  return base::Status();
}

base::Status JournalSource::ShipToEnd(JournalReader* reader, std::stop_token stop) {
  while (!stop.stop_requested()) {
    Batch batch;
    std::string cursor;
    const base::Status read = ReadBatch(reader, &batch, &cursor);
    if (!batch.entries.empty()) {
      // Cancelled: stopped, and the cursor stays.
      if (!options_.sender->Deliver(batch.source, batch.entries, stop).ok()) return base::Status();
      cursor_ = cursor;
      options_.checkpoint->SetJournal(cursor_);
      said_broken_ = false;
    }
    VEDETTE_RETURN_IF_ERROR(read);
    if (!batch.Full() && !held_) return base::Status();
  }
  return base::Status();
}

base::Status JournalSource::ReadBatch(JournalReader* reader, Batch* batch, std::string* cursor) {
  JournalRecord record;
  while (!batch->Full()) {
    if (held_) {
      record = *std::exchange(held_, std::nullopt);
    } else {
      VEDETTE_ASSIGN_OR_RETURN(const bool more, reader->Next(&record));
      if (!more) return base::Status();
    }
    if (batch->entries.empty()) batch->source = record.source;
    // A push has one source, and positions that grow.
    if (record.source != batch->source ||
        (!batch->entries.empty() && record.seqnum <= batch->entries.back().position)) {
      held_ = std::move(record);
      return base::Status();
    }
    Entry entry = MakeJournalEntry(record, options_.host, options_.zone, &caddy_);
    entry.timestamp_ns = NotAhead(entry.timestamp_ns, options_.clock->WallNanos());
    batch->Add(std::move(entry));
    *cursor = record.cursor;
  }
  return base::Status();
}

}  // namespace vedette::shipper
