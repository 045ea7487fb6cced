#include "alerting/notify/lane.h"

#include <algorithm>

#include "base/codec/bytes.h"

namespace vedette::notify {
namespace {

using Type = model::Integration::Type;

constexpr uint8_t kVersion = 2;
constexpr uint8_t kVersionWithNumber = 1;  // had the newest message's number, which is not needed
constexpr size_t kMaxDigest = 1000;
constexpr int64_t kFirstBackoffMs = 1000;
constexpr size_t kMaxReasons = 8;  // remembered: a receiver that says something new each time

}  // namespace

std::string BreakerKey(std::string_view integration) {
  return std::string("breaker/").append(integration);
}

std::string EncodeBreaker(const Breaker& breaker) {
  std::string out(1, static_cast<char>(kVersion));
  base::PutString(breaker.fingerprint, &out);
  base::PutSignedVarint(breaker.probe_at_ms, &out);
  return out;
}

base::StatusOr<Breaker> DecodeBreaker(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const uint8_t version = reader.Fixed<uint8_t>();
  if (version != kVersion && version != kVersionWithNumber)
    return base::DataLoss("breaker of version " + std::to_string(version));
  Breaker breaker;
  breaker.fingerprint = std::string(reader.String());
  if (version == kVersionWithNumber) reader.Varint();
  breaker.probe_at_ms = reader.SignedVarint();
  if (!reader.ok()) return base::DataLoss("a breaker is cut short");
  return breaker;
}

bool Lane::MayTry(const std::string& fingerprint, int64_t now_ms) const {
  if (!breaker || breaker->fingerprint != fingerprint) return true;
  // A clock that was set back must not make the wait longer than it was meant.
  return now_ms >= breaker->probe_at_ms || now_ms < breaker->probe_at_ms - Breaker::kProbeAfterMs;
}

size_t Lane::NextCount() const {
  const bool was_away = failures > 0 || breaker.has_value();
  const bool plain = integration && integration->type == Type::kWebhook;
  return was_away && !plain && one_by_one == 0 ? std::min(queue.size(), kMaxDigest)
                                               : std::min<size_t>(queue.size(), 1);
}

void Lane::NoteFailure(int64_t now_ms) {
  if (failures++ == 0) failing_since_ms = now_ms;
}

bool Lane::IsNews(const std::string& reason) {
  const bool said =
      std::find(said_reasons.begin(), said_reasons.end(), reason) != said_reasons.end();
  if (said || said_reasons.size() >= kMaxReasons) return false;
  said_reasons.push_back(reason);
  return true;
}

int64_t Lane::BackoffMs() const {
  constexpr int kMaxShift = 20;
  const int shift = std::clamp(failures - 1, 0, kMaxShift);
  const int64_t wait = std::min(kFirstBackoffMs << shift, kMaxBackoffMs);
  const auto spread = static_cast<int64_t>(base::Hash64(key, static_cast<uint64_t>(failures)) %
                                           static_cast<uint64_t>(wait / 10 + 1));
  return wait - spread;
}

}  // namespace vedette::notify
