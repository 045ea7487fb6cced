#ifndef VEDETTE_EXPORTERS_CADDY_ACCESS_STATS_H_
#define VEDETTE_EXPORTERS_CADDY_ACCESS_STATS_H_

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "exporters/caddy/access_line.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::caddy {

// The label of every host that has no series of its own, as in Caddy's families.
inline constexpr char kOtherHost[] = "_other";

// Requests, latency and sizes by host, counted from access logs. They only grow: a reload of Caddy
// sets its own counters to zero, not these. A bounded number of hosts has series of its own: those
// of Caddy's configuration first (a wildcard is one host), then whoever comes first. One thread at
// a time.
class AccessStats {
 public:
  struct Histogram {
    std::array<uint64_t, 12> buckets{};  // not cumulative; the last one is +Inf
    double sum = 0;
  };
  struct Host {
    // By method and status; bounded, what is over it counts as method "OTHER", status -1.
    std::map<std::pair<std::string, int>, uint64_t> requests;
    Histogram duration;
    Histogram response_size;
    Histogram request_size;
  };
  using Hosts = std::map<std::string, Host, std::less<>>;

  explicit AccessStats(size_t max_hosts) : max_hosts_(max_hosts) {}

  // The hosts of Caddy's configuration; from now on they are told from the others.
  void SetConfigured(const std::set<std::string>& hosts);
  void Count(const AccessEntry& entry);
  void CountLine(LineKind kind) { ++lines_[static_cast<size_t>(kind)]; }
  void Collect(FamilySink* sink) const;

  // For the state file.
  const Hosts& hosts() const { return hosts_; }
  const std::array<uint64_t, 3>& lines() const { return lines_; }
  void Restore(Hosts hosts, const std::array<uint64_t, 3>& lines);

 private:
  void CountUnmet();
  // The label for a host, which may be that of a wildcard or _other.
  std::string LabelOf(const std::string& host) const;
  size_t Taken() const { return hosts_.size() - (hosts_.contains(kOtherHost) ? 1 : 0); }

  const size_t max_hosts_;
  std::set<std::string> configured_;
  size_t unmet_ = 0;  // of configured_, those without series yet
  Hosts hosts_;
  std::array<uint64_t, 3> lines_{};  // by LineKind
  double last_request_ = 0;
};

}  // namespace vedette::exporters::caddy

#endif  // VEDETTE_EXPORTERS_CADDY_ACCESS_STATS_H_
