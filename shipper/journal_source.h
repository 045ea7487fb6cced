#ifndef VEDETTE_SHIPPER_JOURNAL_SOURCE_H_
#define VEDETTE_SHIPPER_JOURNAL_SOURCE_H_

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/telemetry.h"
#include "shipper/caddy_line.h"
#include "shipper/checkpoint.h"
#include "shipper/entry.h"
#include "shipper/journal_reader.h"
#include "shipper/sender.h"
#include "shipper/timestamp.h"

namespace vedette::shipper {

// Ships the journal. journald is the spool: the cursor moves only after the collector's 204.
// Run blocks until stopped; one thread. Owned by the shipper.
class JournalSource {
 public:
  using OpenFn = std::function<base::StatusOr<std::unique_ptr<JournalReader>>()>;
  struct Options {
    OpenFn open;
    std::string host;
    TimeZone zone = TimeZone::kLocal;
    // Without a cursor reading begins this far back.
    std::chrono::hours first_look_back{7 * 24};
    std::chrono::milliseconds reopen_after{30'000};
    Sender* sender = nullptr;
    Checkpoint* checkpoint = nullptr;
    base::Clock* clock = nullptr;
    base::Logger* logger = nullptr;
    base::Telemetry* telemetry = nullptr;
  };

  explicit JournalSource(Options options);
  void Run(std::stop_token stop);

 private:
  // Opens the journal and goes to where reading goes on. Says once why it cannot.
  std::unique_ptr<JournalReader> Open();
  base::Status Seek(JournalReader* reader);
  // Ships until the end of the journal or an error of it.
  base::Status ShipToEnd(JournalReader* reader, std::stop_token stop);
  base::Status ReadBatch(JournalReader* reader, Batch* batch, std::string* cursor);

  const Options options_;
  CaddyLineReader caddy_;
  base::Counter* const gaps_;
  std::string cursor_;  // of the last acknowledged entry
  // The first entry of the next batch, when the batch before was cut because the source changed.
  std::optional<JournalRecord> held_;
  bool said_absent_ = false;
  bool said_broken_ = false;
};

}  // namespace vedette::shipper

#endif  // VEDETTE_SHIPPER_JOURNAL_SOURCE_H_
