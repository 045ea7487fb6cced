#ifndef VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_SOURCE_H_
#define VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_SOURCE_H_

#include <map>
#include <set>
#include <string>

#include "collector/scrape/discovery/dns_client.h"
#include "collector/scrape/discovery/source.h"

namespace vedette::scrape {

// Targets from DNS records (dns_sd_configs), with the labels __meta_dns_name and
// __meta_dns_{srv_record_target,srv_record_port,mx_record_target,ns_record_target}. A name that
// cannot be asked for keeps the targets it had; one that has no records has none.
class DnsSource final : public Source {
 public:
  DnsSource(DnsSdConfig config, DnsClient* client) : config_(std::move(config)), client_(client) {}

  Found Look(const std::set<std::string>& written, std::stop_token stop) override;
  int64_t refresh_ms() const override { return config_.refresh_ms; }

 private:
  TargetGroup GroupOf(const std::string& name, const std::vector<DnsRecord>& records) const;

  const DnsSdConfig config_;
  DnsClient* const client_;
  std::map<std::string, TargetGroup> groups_;  // by name
};

}  // namespace vedette::scrape

#endif  // VEDETTE_COLLECTOR_SCRAPE_DISCOVERY_DNS_SOURCE_H_
