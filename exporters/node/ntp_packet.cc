#include "exporters/node/ntp_packet.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

constexpr size_t kPacketBytes = 48;
constexpr int kModeClient = 3;
constexpr int kModeServer = 4;
constexpr int kMaxStratum = 16;
constexpr double kMaxDispersion = 16;
constexpr double kMaxPollSeconds = 1 << 17;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
// Where the fields of the packet begin.
constexpr size_t kRootDelay = 4;
constexpr size_t kRootDispersion = 8;
constexpr size_t kReferenceTime = 16;
constexpr size_t kOriginTime = 24;
constexpr size_t kReceiveTime = 32;
constexpr size_t kTransmitTime = 40;
// From 1900, where NTP's first era begins, to 1970.
constexpr int64_t kEraSeconds = 2'208'988'800;

uint64_t ReadBig(std::string_view packet, size_t at, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(packet[at + i]);
  return value;
}

// 16 bits of seconds and 16 of their fraction.
double ReadShort(std::string_view packet, size_t at) {
  return static_cast<double>(ReadBig(packet, at, 4)) / 65536.0;
}

uint64_t ToNtpTime(int64_t wall_nanos) {
  const auto seconds = static_cast<uint64_t>(wall_nanos / kNanosPerSecond + kEraSeconds);
  const auto fraction = static_cast<uint64_t>(wall_nanos % kNanosPerSecond);
  return seconds << 32 | (fraction << 32) / static_cast<uint64_t>(kNanosPerSecond);
}

// Nanoseconds since 1970. A time before 1968 is of NTP's second era, from 2036 on; 0 is none.
int64_t FromNtpTime(uint64_t time) {
  auto seconds = static_cast<int64_t>(time >> 32) - kEraSeconds;
  if (time != 0 && (time >> 63) == 0) seconds += int64_t{1} << 32;
  const uint64_t fraction = time & 0xffffffffu;
  return seconds * kNanosPerSecond +
         static_cast<int64_t>((fraction * static_cast<uint64_t>(kNanosPerSecond)) >> 32);
}

double ToSeconds(int64_t nanos) { return static_cast<double>(nanos) / 1e9; }

}  // namespace

bool NtpAnswer::IsValid() const {
  if (stratum == 0 || stratum >= kMaxStratum || leap == NtpLeap::kNotSynchronized) return false;
  const double age = time - reference_time;
  return age >= 0 && age <= kMaxPollSeconds && root_delay / 2 + root_dispersion <= kMaxDispersion;
}

NtpQuery::NtpQuery(int version, int64_t wall_nanos) : version_(version), sent_nanos_(wall_nanos) {}

std::string NtpQuery::packet() const {
  std::string packet(kPacketBytes, '\0');
  packet[0] = static_cast<char>(version_ << 3 | kModeClient);
  const uint64_t time = ToNtpTime(sent_nanos_);
  for (size_t i = 0; i < 8; ++i) {
    packet[kTransmitTime + i] = static_cast<char>(time >> (56 - 8 * i) & 0xff);
  }
  return packet;
}

base::StatusOr<NtpAnswer> NtpQuery::Parse(std::string_view packet, int64_t wall_nanos) const {
  if (packet.size() < kPacketBytes) {
    return base::InvalidArgument(
        base::Concat({"found ", std::to_string(packet.size()), " bytes; allowed are 48 or more"}));
  }
  const auto first = static_cast<uint8_t>(packet[0]);
  if (const int mode = first & 7; mode != kModeServer) {
    return base::InvalidArgument(
        base::Concat({"found mode ", std::to_string(mode), "; allowed is 4, a server's"}));
  }
  if (ReadBig(packet, kOriginTime, 8) != ToNtpTime(sent_nanos_)) {
    return base::NotFound("answer to another query");
  }
  const int64_t received = FromNtpTime(ReadBig(packet, kReceiveTime, 8));
  const int64_t transmitted = FromNtpTime(ReadBig(packet, kTransmitTime, 8));
  NtpAnswer answer;
  answer.leap = first >> 6;
  answer.stratum = static_cast<uint8_t>(packet[1]);
  answer.time = ToSeconds(transmitted);
  answer.reference_time = ToSeconds(FromNtpTime(ReadBig(packet, kReferenceTime, 8)));
  answer.root_delay = ReadShort(packet, kRootDelay);
  answer.root_dispersion = ReadShort(packet, kRootDispersion);
  answer.round_trip =
      std::max(0.0, ToSeconds((wall_nanos - sent_nanos_) - (transmitted - received)));
  answer.offset = ToSeconds(((received - sent_nanos_) + (transmitted - wall_nanos)) / 2);
  answer.min_error =
      std::max({0.0, ToSeconds(sent_nanos_ - received), ToSeconds(transmitted - wall_nanos)});
  return answer;
}

}  // namespace vedette::exporters::node
