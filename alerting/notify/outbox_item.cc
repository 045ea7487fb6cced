#include "alerting/notify/outbox_item.h"

#include <utility>

#include "base/codec/bytes.h"

namespace vedette::notify {
namespace {

constexpr uint8_t kItemVersion = 1;

void PutAlert(const model::NotifiedAlert& alert, std::string* out) {
  base::PutString(alert.labels.bytes(), out);
  base::PutString(alert.annotations.bytes(), out);
  out->push_back(alert.firing ? 1 : 0);
  base::PutSignedVarint(alert.starts_at_ms, out);
  base::PutSignedVarint(alert.ends_at_ms, out);
  base::PutString(alert.generator_url, out);
  base::PutString(alert.value, out);
}

base::StatusOr<model::NotifiedAlert> GetAlert(base::ByteReader* reader) {
  model::NotifiedAlert alert;
  VEDETTE_ASSIGN_OR_RETURN(alert.labels, model::Labels::FromBytes(reader->String()));
  VEDETTE_ASSIGN_OR_RETURN(alert.annotations, model::Labels::FromBytes(reader->String()));
  alert.firing = reader->Fixed<uint8_t>() != 0;
  alert.starts_at_ms = reader->SignedVarint();
  alert.ends_at_ms = reader->SignedVarint();
  alert.generator_url = std::string(reader->String());
  alert.value = std::string(reader->String());
  return alert;
}

}  // namespace

std::string ItemKey(std::string_view integration, uint64_t number) {
  constexpr size_t kDigits = 20;
  const std::string digits = std::to_string(number);
  return std::string("outbox/")
             .append(integration)
             .append(1, '\0')
             .append(kDigits - digits.size(), '0') +
         digits;
}

std::string EncodeItem(const OutboxItem& item) {
  const model::Notification& n = item.notification;
  std::string out(1, static_cast<char>(kItemVersion));
  base::PutVarint(item.number, &out);
  base::PutString(item.delivery_id, &out);
  base::PutString(n.integration, &out);
  base::PutString(n.receiver, &out);
  base::PutString(n.group_key, &out);
  base::PutString(n.group_labels.bytes(), &out);
  base::PutString(n.reason, &out);
  base::PutVarint(n.sequence, &out);
  base::PutSignedVarint(n.created_at_ms, &out);
  base::PutVarint(n.alerts.size(), &out);
  for (const model::NotifiedAlert& alert : n.alerts) PutAlert(alert, &out);
  return out;
}

base::StatusOr<OutboxItem> DecodeItem(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const uint8_t version = reader.Fixed<uint8_t>();
  if (version != kItemVersion) {
    return base::DataLoss("message of version " + std::to_string(version));
  }
  OutboxItem item;
  model::Notification& n = item.notification;
  item.number = reader.Varint();
  item.delivery_id = std::string(reader.String());
  n.integration = std::string(reader.String());
  n.receiver = std::string(reader.String());
  n.group_key = std::string(reader.String());
  VEDETTE_ASSIGN_OR_RETURN(n.group_labels, model::Labels::FromBytes(reader.String()));
  n.reason = std::string(reader.String());
  n.sequence = reader.Varint();
  n.created_at_ms = reader.SignedVarint();
  const uint64_t alerts = reader.Varint();
  for (uint64_t i = 0; i < alerts && reader.ok(); ++i) {
    VEDETTE_ASSIGN_OR_RETURN(model::NotifiedAlert alert, GetAlert(&reader));
    n.alerts.push_back(std::move(alert));
  }
  if (!reader.ok() || !reader.empty()) return base::DataLoss("a message is cut short");
  return item;
}

}  // namespace vedette::notify
