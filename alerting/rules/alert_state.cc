#include "alerting/rules/alert_state.h"

#include <utility>

#include "base/codec/bytes.h"

namespace vedette::rules {
namespace {

constexpr uint8_t kVersion = 1;

void PutState(const ActiveAlert& alert, std::string* out) {
  base::PutString(alert.labels.bytes(), out);
  out->push_back(static_cast<char>(alert.state));
  base::PutSignedVarint(alert.active_at_ms, out);
  base::PutSignedVarint(alert.fired_at_ms, out);
  base::PutSignedVarint(alert.resolved_at_ms, out);
  base::PutSignedVarint(alert.keep_firing_since_ms, out);
}

base::StatusOr<ActiveAlert> GetAlert(base::ByteReader* reader) {
  ActiveAlert alert;
  VEDETTE_ASSIGN_OR_RETURN(alert.labels, model::Labels::FromBytes(reader->String()));
  const uint8_t state = reader->Fixed<uint8_t>();
  if (state > static_cast<uint8_t>(AlertState::kFiring))
    return base::DataLoss("unknown alert state");
  alert.state = static_cast<AlertState>(state);
  alert.active_at_ms = reader->SignedVarint();
  alert.fired_at_ms = reader->SignedVarint();
  alert.resolved_at_ms = reader->SignedVarint();
  alert.keep_firing_since_ms = reader->SignedVarint();
  VEDETTE_ASSIGN_OR_RETURN(alert.annotations, model::Labels::FromBytes(reader->String()));
  alert.last_sent_at_ms = reader->SignedVarint();
  alert.value = reader->Fixed<double>();
  return alert;
}

}  // namespace

std::string EncodeAlerts(const ActiveAlerts& alerts) {
  std::string out(1, static_cast<char>(kVersion));
  base::PutVarint(alerts.size(), &out);
  for (const auto& [labels, alert] : alerts) {
    PutState(alert, &out);
    base::PutString(alert.annotations.bytes(), &out);
    base::PutSignedVarint(alert.last_sent_at_ms, &out);
    base::PutFixed(alert.value, &out);
  }
  return out;
}

base::StatusOr<ActiveAlerts> DecodeAlerts(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const uint8_t version = reader.Fixed<uint8_t>();
  if (version != kVersion) {
    return base::DataLoss("alert state of version " + std::to_string(version) +
                          ", this program reads " + std::to_string(kVersion));
  }
  ActiveAlerts alerts;
  const uint64_t count = reader.Varint();
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(ActiveAlert alert, GetAlert(&reader));
    model::Labels labels = alert.labels;
    alerts.insert_or_assign(std::move(labels), std::move(alert));
  }
  if (!reader.ok() || !reader.empty()) return base::DataLoss("alert state is cut short");
  return alerts;
}

std::string Signature(const ActiveAlerts& alerts) {
  std::string out;
  for (const auto& [labels, alert] : alerts) PutState(alert, &out);
  return out;
}

}  // namespace vedette::rules
