#ifndef VEDETTE_MODEL_ALERT_H_
#define VEDETTE_MODEL_ALERT_H_

#include <cstdint>
#include <string>

#include "model/labels.h"

namespace vedette::model {

// An alert as rules send it and /api/v2/alerts takes it. Times are milliseconds since the Unix
// epoch, 0: not given. Resolved once ends_at_ms is in the past.
struct Alert {
  Labels labels;
  Labels annotations;  // empty values dropped, as upstream does on output
  int64_t starts_at_ms = 0;
  int64_t ends_at_ms = 0;
  std::string generator_url;
  // The value that fired it, shortest digits ("0", "0.95"); empty when the sender did not say.
  std::string value;
};

// Alertmanager's fingerprint: FNV-1a 64 over name 0xff value 0xff of the sorted labels.
uint64_t Fingerprint(const Labels& labels);
// 16 lower-case hex digits.
std::string FingerprintHex(const Labels& labels);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_ALERT_H_
