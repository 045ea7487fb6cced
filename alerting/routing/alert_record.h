#ifndef VEDETTE_ALERTING_ROUTING_ALERT_RECORD_H_
#define VEDETTE_ALERTING_ROUTING_ALERT_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/alert.h"

namespace vedette::routing {

// An alert as it is kept: with both times filled in.
struct AlertRecord {
  model::Alert alert;
  int64_t updated_at_ms = 0;
  bool timeout = false;  // nobody said when it ends; ends_at_ms is the resolve timeout

  bool ResolvedAt(int64_t now_ms) const { return alert.ends_at_ms <= now_ms; }
};

// Fills in missing times, drops empty labels and annotations. InvalidArgument: no labels, or it
// ends before it starts.
base::StatusOr<AlertRecord> MakeRecord(model::Alert alert, int64_t now_ms,
                                       int64_t resolve_timeout_ms);

// What is known after `newer` was posted for the same labels as `older`: overlapping ones merge
// (earliest start; the newest end, but a stated one beats a timeout), others replace.
AlertRecord Update(const AlertRecord& older, const AlertRecord& newer, int64_t now_ms);
AlertRecord Merge(const AlertRecord& older, const AlertRecord& newer, int64_t now_ms);

// FORMAT.md.
std::string EncodeRecord(const AlertRecord& record);
base::StatusOr<AlertRecord> DecodeRecord(std::string_view bytes);

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_ALERT_RECORD_H_
