#include "alerting/routing/alert_record.h"

#include <algorithm>
#include <utility>

#include "base/codec/bytes.h"

namespace vedette::routing {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kMaxAlertBytes = 256 << 10;  // of labels, annotations and URL

}  // namespace

base::StatusOr<AlertRecord> MakeRecord(model::Alert alert, int64_t now_ms,
                                       int64_t resolve_timeout_ms) {
  if (alert.labels.empty()) return base::InvalidArgument("at least one label pair required");
  const size_t bytes =
      alert.labels.bytes().size() + alert.annotations.bytes().size() + alert.generator_url.size();
  if (bytes > kMaxAlertBytes) {
    return base::InvalidArgument("an alert has " + std::to_string(bytes) + " bytes; allowed are " +
                                 std::to_string(kMaxAlertBytes));
  }
  AlertRecord record;
  record.updated_at_ms = now_ms;
  if (alert.starts_at_ms == 0) {
    alert.starts_at_ms = alert.ends_at_ms == 0 ? now_ms : alert.ends_at_ms;
  }
  if (alert.ends_at_ms == 0) {
    record.timeout = true;
    alert.ends_at_ms = now_ms + resolve_timeout_ms;
  }
  if (alert.ends_at_ms < alert.starts_at_ms) {
    return base::InvalidArgument("start time must be before end time");
  }
  record.alert = std::move(alert);
  return record;
}

AlertRecord Merge(const AlertRecord& older, const AlertRecord& newer, int64_t now_ms) {
  if (newer.updated_at_ms < older.updated_at_ms) return Merge(newer, older, now_ms);
  AlertRecord merged = newer;
  const int64_t older_end = older.alert.ends_at_ms;
  merged.alert.starts_at_ms = std::min(older.alert.starts_at_ms, newer.alert.starts_at_ms);
  const bool keeps_older_end = newer.ResolvedAt(now_ms) ? older.ResolvedAt(now_ms) : !older.timeout;
  if (keeps_older_end && older_end > newer.alert.ends_at_ms) merged.alert.ends_at_ms = older_end;
  return merged;
}

AlertRecord Update(const AlertRecord& older, const AlertRecord& newer, int64_t now_ms) {
  const auto inside = [&](int64_t t) {
    return t > older.alert.starts_at_ms && t < older.alert.ends_at_ms;
  };
  const bool overlap = inside(newer.alert.ends_at_ms) || inside(newer.alert.starts_at_ms);
  return overlap ? Merge(older, newer, now_ms) : newer;
}

std::string EncodeRecord(const AlertRecord& record) {
  std::string out(1, static_cast<char>(kVersion));
  base::PutString(record.alert.labels.bytes(), &out);
  base::PutString(record.alert.annotations.bytes(), &out);
  base::PutSignedVarint(record.alert.starts_at_ms, &out);
  base::PutSignedVarint(record.alert.ends_at_ms, &out);
  base::PutString(record.alert.generator_url, &out);
  base::PutString(record.alert.value, &out);
  base::PutSignedVarint(record.updated_at_ms, &out);
  out.push_back(record.timeout ? 1 : 0);
  return out;
}

base::StatusOr<AlertRecord> DecodeRecord(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const uint8_t version = reader.Fixed<uint8_t>();
  if (version != kVersion) return base::DataLoss("alert of version " + std::to_string(version));
  AlertRecord record;
  VEDETTE_ASSIGN_OR_RETURN(record.alert.labels, model::Labels::FromBytes(reader.String()));
  VEDETTE_ASSIGN_OR_RETURN(record.alert.annotations, model::Labels::FromBytes(reader.String()));
  record.alert.starts_at_ms = reader.SignedVarint();
  record.alert.ends_at_ms = reader.SignedVarint();
  record.alert.generator_url = std::string(reader.String());
  record.alert.value = std::string(reader.String());
  record.updated_at_ms = reader.SignedVarint();
  record.timeout = reader.Fixed<uint8_t>() != 0;
  if (!reader.ok() || !reader.empty()) return base::DataLoss("an alert is cut short");
  return record;
}

}  // namespace vedette::routing
