#ifndef VEDETTE_ALERTING_NOTIFY_OUTBOX_ITEM_H_
#define VEDETTE_ALERTING_NOTIFY_OUTBOX_ITEM_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/notification.h"

namespace vedette::notify {

// A message that waits for its receiver.
struct OutboxItem {
  uint64_t number = 0;      // order over the whole outbox, also across restarts
  std::string delivery_id;  // ULID, the same at every attempt: the receiver's idempotency key
  model::Notification notification;
  int64_t give_up_ns = 0;  // monotonic, of this run; not stored
};

// "outbox/" INTEGRATION NUL number as 20 digits
std::string ItemKey(std::string_view integration, uint64_t number);

// FORMAT.md.
std::string EncodeItem(const OutboxItem& item);
base::StatusOr<OutboxItem> DecodeItem(std::string_view bytes);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_OUTBOX_ITEM_H_
