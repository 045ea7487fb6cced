#include "alerting/routing/sent_log.h"

#include <algorithm>

#include "base/codec/bytes.h"

namespace vedette::routing {
namespace {

constexpr uint8_t kSentVersion = 1;

bool Subset(const std::set<uint64_t>& part, const std::set<uint64_t>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

void PutSet(const std::set<uint64_t>& set, std::string* out) {
  base::PutVarint(set.size(), out);
  for (const uint64_t fingerprint : set) base::PutFixed(fingerprint, out);
}

std::set<uint64_t> GetSet(base::ByteReader* reader) {
  std::set<uint64_t> set;
  const uint64_t count = reader->Varint();
  for (uint64_t i = 0; i < count && reader->ok(); ++i) set.insert(reader->Fixed<uint64_t>());
  return set;
}

}  // namespace

Reason NeedsNotification(const SentEntry* entry, const std::set<uint64_t>& firing,
                         const std::set<uint64_t>& resolved, bool send_resolved,
                         int64_t repeat_interval_ms, int64_t now_ms) {
  if (entry == nullptr) return firing.empty() ? Reason::kNone : Reason::kFirst;
  if (!Subset(firing, entry->firing)) return Reason::kNewAlerts;
  // What was never told as firing needs no word when it ends.
  if (firing.empty()) return entry->firing.empty() ? Reason::kNone : Reason::kAllResolved;
  if (send_resolved && !Subset(resolved, entry->resolved)) return Reason::kSomeResolved;
  return entry->at_ms < now_ms - repeat_interval_ms ? Reason::kRepeat : Reason::kNone;
}

std::string_view ReasonText(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "";
    case Reason::kFirst:
      return "first notification";
    case Reason::kNewAlerts:
      return "new alerts added";
    case Reason::kAllResolved:
      return "all alerts resolved";
    case Reason::kSomeResolved:
      return "some alerts resolved";
    case Reason::kRepeat:
      return "repeat interval elapsed";
  }
  return "";
}

std::string SentKey(std::string_view integration, std::string_view group_key) {
  return std::string("sent/").append(integration).append(1, '\0').append(group_key);
}

std::string EncodeSent(const SentEntry& entry) {
  std::string out(1, static_cast<char>(kSentVersion));
  base::PutVarint(entry.sequence, &out);
  base::PutSignedVarint(entry.at_ms, &out);
  base::PutSignedVarint(entry.repeat_interval_ms, &out);
  PutSet(entry.firing, &out);
  PutSet(entry.resolved, &out);
  return out;
}

base::StatusOr<SentEntry> DecodeSent(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const uint8_t version = reader.Fixed<uint8_t>();
  if (version != kSentVersion) {
    return base::DataLoss("notification log entry of version " + std::to_string(version));
  }
  SentEntry entry;
  entry.sequence = reader.Varint();
  entry.at_ms = reader.SignedVarint();
  entry.repeat_interval_ms = reader.SignedVarint();
  entry.firing = GetSet(&reader);
  entry.resolved = GetSet(&reader);
  if (!reader.ok() || !reader.empty()) return base::DataLoss("a log entry is cut short");
  return entry;
}

}  // namespace vedette::routing
