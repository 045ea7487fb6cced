#include "collector/scrape/discovery/dns_source.h"

#include <string_view>
#include <utility>

#include "base/strings.h"
#include "collector/scrape/discovery/host_port.h"

namespace vedette::scrape {
namespace {

std::string_view WithoutDot(std::string_view name) {
  while (base::EndsWith(name, ".")) name.remove_suffix(1);
  return name;
}

LabelPairs LabelsOf(const DnsRecord& record) {
  switch (record.type) {
    case DnsType::kSrv:
      return {{"__meta_dns_srv_record_target", record.target},
              {"__meta_dns_srv_record_port", std::to_string(record.port)}};
    case DnsType::kMx:
      return {{"__meta_dns_mx_record_target", record.target}};
    case DnsType::kNs:
      return {{"__meta_dns_ns_record_target", record.target}};
    case DnsType::kA:
    case DnsType::kAaaa:
      break;
  }
  return {};
}

}  // namespace

TargetGroup DnsSource::GroupOf(const std::string& name,
                               const std::vector<DnsRecord>& records) const {
  TargetGroup group;
  group.labels = {{"__meta_dns_name", name}};
  for (const DnsRecord& record : records) {
    const uint16_t port = record.type == DnsType::kSrv ? record.port : config_.port;
    group.targets.push_back(HostPort(WithoutDot(record.target), port));
    group.target_labels.push_back(LabelsOf(record));
  }
  return group;
}

Found DnsSource::Look(const std::set<std::string>& /*written*/, std::stop_token stop) {
  Found found;
  for (const std::string& name : config_.names) {
    const auto records = client_->Lookup(name, config_.type, stop);
    if (stop.stop_requested()) break;
    if (records.ok()) {
      groups_[name] = GroupOf(name, *records);
    } else {
      found.problems.emplace_back(base::Message(records.status()));
    }
  }
  for (const auto& [name, group] : groups_) found.groups.push_back(group);
  return found;
}

}  // namespace vedette::scrape
