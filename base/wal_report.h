#ifndef VEDETTE_BASE_WAL_REPORT_H_
#define VEDETTE_BASE_WAL_REPORT_H_

#include <string_view>

#include "base/log.h"
#include "base/telemetry.h"
#include "base/wal.h"

namespace vedette::base {

// What a log tells of itself: its lines and its vedette_wal_* counters, labelled with its name.
// Thread-safe. Owned by the log.
class WalReport {
 public:
  explicit WalReport(const Wal::Options& options);
  WalReport(const WalReport&) = delete;
  WalReport& operator=(const WalReport&) = delete;

  void Info(std::string_view message, Logger::Fields fields) const {
    Say(LogLevel::kInfo, message, fields);
  }
  void Warn(std::string_view message, Logger::Fields fields) const {
    Say(LogLevel::kWarn, message, fields);
  }
  void Error(std::string_view message, Logger::Fields fields) const {
    Say(LogLevel::kError, message, fields);
  }

 private:
  void Say(LogLevel level, std::string_view message, Logger::Fields fields) const;
  Counter* New(const char* name, const char* help) const;

  Logger* const log_;  // may be null
  const std::string name_;
  Telemetry own_telemetry_;  // counts where the owner gave none
  Telemetry* const telemetry_;

 public:
  Counter* const records;
  Counter* const bytes;
  Counter* const syncs;
  Counter* const write_failures;
  Counter* const sync_failures;
  Counter* const lost_segments;
  Counter* const corrupt_frames;
  Counter* const torn_bytes;
  Counter* const bad_headers;
  Counter* const quarantined;
  Counter* const missing_segments;
};

}  // namespace vedette::base

#endif  // VEDETTE_BASE_WAL_REPORT_H_
