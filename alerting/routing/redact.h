#ifndef VEDETTE_ALERTING_ROUTING_REDACT_H_
#define VEDETTE_ALERTING_ROUTING_REDACT_H_

#include <string>
#include <string_view>

namespace vedette::routing {

// The configuration's text as it may be shown: values of keys that hold secrets (url, password,
// token, ...) become <secret>. Keys that name files stay.
std::string RedactConfig(std::string_view text);

}  // namespace vedette::routing

#endif  // VEDETTE_ALERTING_ROUTING_REDACT_H_
