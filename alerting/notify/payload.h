#ifndef VEDETTE_ALERTING_NOTIFY_PAYLOAD_H_
#define VEDETTE_ALERTING_NOTIFY_PAYLOAD_H_

#include <cstdint>
#include <string>

#include "model/notification.h"

namespace vedette::notify {

// Alertmanager's webhook body, version 4, byte for byte as it writes it. `max_alerts` 0: all.
std::string WebhookPayload(const model::Notification& notification, const std::string& external_url,
                           int64_t max_alerts);

// The same object with flat fields in front that automations of Home Assistant can use directly;
// all of them are always present and never null.
std::string HomeAssistantPayload(const model::Notification& notification,
                                 const std::string& delivery_id, const std::string& external_url);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_PAYLOAD_H_
