#include "alerting/notify/lane.h"

#include <algorithm>

#include "base/codec/bytes.h"

namespace vedette::notify {
namespace {

using Type = model::Integration::Type;

constexpr uint8_t kVersion = 1;
constexpr size_t kMaxDigest = 1000;
constexpr int64_t kFirstBackoffMs = 1000;
constexpr int64_t kMaxBackoffMs = 300'000;

}  // namespace

std::string BreakerKey(std::string_view integration) {
  return std::string("breaker/").append(integration);
}

std::string EncodeBreaker(const Breaker& breaker) {
  std::string out(1, static_cast<char>(kVersion));
  base::PutString(breaker.fingerprint, &out);
  base::PutVarint(breaker.last_number, &out);
  base::PutSignedVarint(breaker.probe_at_ms, &out);
  return out;
}

base::StatusOr<Breaker> DecodeBreaker(std::string_view bytes) {
  base::ByteReader reader(bytes);
  const uint8_t version = reader.Fixed<uint8_t>();
  if (version != kVersion) return base::DataLoss("breaker of version " + std::to_string(version));
  Breaker breaker;
  breaker.fingerprint = std::string(reader.String());
  breaker.last_number = reader.Varint();
  breaker.probe_at_ms = reader.SignedVarint();
  if (!reader.ok()) return base::DataLoss("a breaker is cut short");
  return breaker;
}

bool Lane::MayTry(const std::string& fingerprint, int64_t now_ms) const {
  if (!breaker || breaker->fingerprint != fingerprint) return true;
  if (now_ms < breaker->probe_at_ms) return false;
  const bool talk = integration && integration->type == Type::kNextcloudTalk;
  return !talk || (!queue.empty() && queue.back().number > breaker->last_number);
}

size_t Lane::NextCount() const {
  const bool was_away = failures > 0 || breaker.has_value();
  const bool plain = integration && integration->type == Type::kWebhook;
  return was_away && !plain ? std::min(queue.size(), kMaxDigest)
                            : std::min<size_t>(queue.size(), 1);
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
