#ifndef VEDETTE_ALERTING_NOTIFY_SIGNATURE_H_
#define VEDETTE_ALERTING_NOTIFY_SIGNATURE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secrets.h"

namespace vedette::notify {

// HMAC-SHA256 over `random` and `data`, keyed with the bot's secret, in lower-case hex: what
// Nextcloud Talk expects. `data` is the message's value, never the JSON around it.
std::string TalkSignature(const base::Secret& secret, std::string_view random,
                          std::string_view data);

// A new ULID: sorts by time, unique without a counter.
std::string NewUlid(int64_t now_ms);

}  // namespace vedette::notify

#endif  // VEDETTE_ALERTING_NOTIFY_SIGNATURE_H_
