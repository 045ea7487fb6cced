// node_ntp_*: what a local NTP server says of itself, by one SNTP query (RFC 4330, RFC 5905).
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/ntp_packet.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

constexpr int64_t kTimeoutNanos = 1'000'000'000;
constexpr int64_t kDaySeconds = 24 * 3600;

constexpr FamilySpec kNtpFamilies[] = {
    {"node_ntp_stratum", Kind::kGauge, "NTPD stratum."},
    {"node_ntp_leap", Kind::kGauge, "NTPD leap second indicator, 2 bits."},
    {"node_ntp_rtt_seconds", Kind::kGauge, "RTT to NTPD."},
    {"node_ntp_offset_seconds", Kind::kGauge, "ClockOffset between NTP and local clock."},
    {"node_ntp_reference_timestamp_seconds", Kind::kGauge, "NTPD ReferenceTime, UNIX timestamp."},
    {"node_ntp_root_delay_seconds", Kind::kGauge, "NTPD RootDelay."},
    {"node_ntp_root_dispersion_seconds", Kind::kGauge, "NTPD RootDispersion."},
    {"node_ntp_sanity", Kind::kGauge,
     "NTPD sanity according to RFC5905 heuristics and configured limits."}};

bool IsLoopback(const std::string& address) {
  in_addr four;
  in6_addr six;
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

struct AddressCloser {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

class Ntp final : public Collector {
 public:
  Ntp(const NodeOptions::Ntp& options, const base::Clock* clock)
      : options_(options), clock_(clock) {}

  base::Status Collect(const Scrape& scrape, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const NtpAnswer answer, Ask(scrape));
    const double values[] = {static_cast<double>(answer.stratum),
                             static_cast<double>(answer.leap),
                             answer.round_trip,
                             answer.offset,
                             std::max(answer.reference_time, 0.0),
                             answer.root_delay,
                             answer.root_dispersion,
                             IsSane(answer) ? 1.0 : 0.0};
    for (size_t i = 0; i < std::size(values); ++i) OpenFamily(kNtpFamilies[i], sink).Add(values[i]);
    return base::Status();
  }

 private:
  base::StatusOr<NtpAnswer> Ask(const Scrape& scrape) const {
    VEDETTE_ASSIGN_OR_RETURN(const OpenFile socket, Connect());
    NtpQuery query(options_.protocol_version, clock_->WallNanos());
    const std::string packet = query.packet();
    if (::send(socket.fd(), packet.data(), packet.size(), MSG_NOSIGNAL) < 0) {
      return base::FromErrno(errno, Where("send"));
    }
    const int64_t until =
        clock_->MonotonicNanos() + std::min(kTimeoutNanos, scrape.RemainingNanos());
    std::array<char, 512> buffer;
    while (true) {
      const int64_t left = until - clock_->MonotonicNanos();
      pollfd waiting{socket.fd(), POLLIN, 0};
      if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left / 1'000'000) + 1) == 0) {
        return base::DeadlineExceeded(Where("no answer"));
      }
      const ssize_t n = ::recv(socket.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n < 0) return base::FromErrno(errno, Where("receive"));
      const auto answer = query.Parse({buffer.data(), static_cast<size_t>(n)}, clock_->WallNanos());
      if (answer.ok() || !absl::IsNotFound(answer.status())) {
        return answer.ok() ? answer : base::Annotate(answer.status(), Where("answer"));
      }
    }
  }

  std::string Where(std::string_view what) const {
    return base::Concat(
        {"NTP server ", options_.server, ":", std::to_string(options_.server_port), ": ", what});
  }

  base::StatusOr<OpenFile> Connect() const {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* raw = nullptr;
    const int error = ::getaddrinfo(options_.server.c_str(),
                                    std::to_string(options_.server_port).c_str(), &hints, &raw);
    const std::unique_ptr<addrinfo, AddressCloser> list(raw);
    if (error != 0) return base::Unavailable(Where(::gai_strerror(error)));
    OpenFile socket(::socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.fd() < 0) return base::FromErrno(errno, Where("socket"));
    const bool is_six = list->ai_family == AF_INET6;
    ::setsockopt(socket.fd(), is_six ? IPPROTO_IPV6 : IPPROTO_IP,
                 is_six ? IPV6_UNICAST_HOPS : IP_TTL, &options_.ip_ttl, sizeof options_.ip_ttl);
    if (::connect(socket.fd(), list->ai_addr, list->ai_addrlen) != 0) {
      return base::FromErrno(errno, Where("connect"));
    }
    return socket;
  }

  bool IsSane(const NtpAnswer& answer) {
    double tolerance = static_cast<double>(options_.local_offset_tolerance.count()) / 1e9;
    if (answer.leap == NtpLeap::kAddSecond || answer.leap == NtpLeap::kDeleteSecond) {
      // Kept, for the flag is dropped right after midnight.
      leap_midnight_ = (std::floor(answer.time / kDaySeconds) + 1) * kDaySeconds;
    }
    // A second is smeared over the days around it.
    if (std::abs(answer.time - leap_midnight_) < kDaySeconds) tolerance += 1;
    return answer.IsValid() &&
           answer.root_distance() <= static_cast<double>(options_.max_distance.count()) / 1e9 &&
           answer.min_error <= tolerance;
  }

  const NodeOptions::Ntp options_;
  const base::Clock* const clock_;
  double leap_midnight_ = 0;
};

}  // namespace

MadeCollector MakeNtp(const CollectorContext& context) {
  const NodeOptions::Ntp& options = context.options->ntp;
  if (!options.server_is_local && !IsLoopback(options.server)) {
    return base::InvalidArgument(base::Concat(
        {"--collector.ntp.server: found ", base::GoQuote(options.server),
         "; allowed is a loopback address, or any with --collector.ntp.server-is-local"}));
  }
  return std::make_unique<Ntp>(options, context.clock);
}

}  // namespace vedette::exporters::node
