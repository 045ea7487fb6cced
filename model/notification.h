#ifndef VEDETTE_MODEL_NOTIFICATION_H_
#define VEDETTE_MODEL_NOTIFICATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/labels.h"

// What routing hands to delivery: plain values that both sides of the seam share.

namespace vedette::model {

// How one receiver is reached. A secret is always named by a file, never held here.
struct Integration {
  enum class Type { kWebhook, kHomeAssistant, kNextcloudTalk };

  std::string key;  // "RECEIVER/TYPE[INDEX]", unique in a configuration, stable over reloads
  Type type = Type::kWebhook;
  bool send_resolved = true;
  std::string url;              // webhook only
  std::string url_file;         // webhook: url or url_file; the others: the webhook URL's file
  std::string bot_secret_file;  // nextcloud_talk only
  int64_t max_alerts = 0;       // webhook: 0 is all
  int64_t timeout_ms = 0;       // webhook: 0 is the default
};

// A receiver of alertmanager.yml. One without integrations swallows what is routed to it.
struct Receiver {
  std::string name;
  std::vector<Integration> integrations;
};

// One alert as it stood when its group was flushed.
struct NotifiedAlert {
  Labels labels;
  Labels annotations;
  bool firing = true;
  int64_t starts_at_ms = 0;
  int64_t ends_at_ms = 0;  // 0 while firing
  std::string generator_url;
  std::string value;  // as in model::Alert
};

// One message for one integration about one group of alerts.
struct Notification {
  std::string integration;  // Integration::key
  std::string receiver;
  std::string group_key;  // ROUTE-KEY:{labels}, byte-exact as Alertmanager's
  Labels group_labels;
  std::string reason;     // "first notification", "all alerts resolved", ...
  uint64_t sequence = 0;  // grows by one a message of this integration and group, from 1
  int64_t created_at_ms = 0;
  std::vector<NotifiedAlert> alerts;  // in the order to print; at least one
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_NOTIFICATION_H_
