#include "base/wal_report.h"

#include "base/strings.h"

namespace vedette::base {

WalReport::WalReport(const Wal::Options& options)
    : log_(options.log),
      name_(options.name),
      telemetry_(options.telemetry != nullptr ? options.telemetry : &own_telemetry_),
      records(New("records", "Records appended.")),
      bytes(New("bytes", "Bytes appended, framing included.")),
      syncs(New("syncs", "Rounds of fsync that succeeded.")),
      write_failures(New("write_failures", "Records that could not be written.")),
      sync_failures(New("sync_failures", "Rounds of fsync that failed.")),
      lost_segments(New("lost_segments", "Segments removed or replaced while the log used them.")),
      corrupt_frames(New("corrupt_frames", "Damaged places skipped by replay.")),
      torn_bytes(New("torn_bytes", "Bytes cut by replay that a crash left half written.")),
      bad_headers(New("bad_headers", "Segments replayed in spite of a damaged header.")),
      quarantined(New("quarantined_segments", "Damaged segments kept aside as NAME.broken.")),
      missing_segments(New("missing_segments", "Segments that replay expected and did not find.")) {
}

Counter* WalReport::New(const char* name, const char* help) const {
  return telemetry_->NewCounter(Concat({"vedette_wal_", name, "_total"}), help, {{"log", name_}});
}

void WalReport::Say(LogLevel level, std::string_view message, Logger::Fields fields) const {
  if (log_ == nullptr) return;
  const std::string_view name = name_.empty() ? std::string_view("unnamed") : name_;
  log_->Log(level, Concat({"write-ahead log of ", name, ": ", message}), fields);
}

}  // namespace vedette::base
