#ifndef VEDETTE_EXPORTERS_NODE_NTP_PACKET_H_
#define VEDETTE_EXPORTERS_NODE_NTP_PACKET_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace vedette::exporters::node {

// The leap indicator of RFC 5905, section 7.3.
namespace NtpLeap {
inline constexpr int kAddSecond = 1;
inline constexpr int kDeleteSecond = 2;
inline constexpr int kNotSynchronized = 3;
}  // namespace NtpLeap

// An NTP server's answer. Times in seconds, points in time since the Unix epoch.
struct NtpAnswer {
  int leap = 0;
  int stratum = 0;
  double time = 0;  // the server's when it answered
  double reference_time = 0;
  double root_delay = 0;
  double root_dispersion = 0;
  double round_trip = 0;
  double offset = 0;     // of the server's clock to ours
  double min_error = 0;  // how far apart the clocks are at least

  double root_distance() const { return (round_trip + root_delay) / 2 + root_dispersion; }
  // Whether a client may set its clock by it (RFC 5905, section 11.1).
  bool IsValid() const;
};

// One query and the check of its answer. The time in the packet is what the answer must repeat.
class NtpQuery {
 public:
  NtpQuery(int version, int64_t wall_nanos);
  std::string packet() const;
  // NotFound for a packet that answers another query, InvalidArgument for one that is no answer.
  base::StatusOr<NtpAnswer> Parse(std::string_view packet, int64_t wall_nanos) const;

 private:
  const int version_;
  const int64_t sent_nanos_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_NTP_PACKET_H_
