// node_network_{receive,transmit}_*_total by rtnetlink or from /proc/net/dev.
#include <algorithm>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/link_stats.h"
#include "exporters/node/netdev_addresses.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

// The families of one scrape, by key.
class Families {
 public:
  explicit Families(FamilySink* sink) : sink_(sink) {}

  FamilyRef Get(std::string_view key) {
    for (const auto& [known, family] : families_) {
      if (known == key) return family;
    }
    const FamilyRef family = sink_->Counter(base::Concat({"node_network_", key, "_total"}),
                                            base::Concat({"Network device statistic ", key, "."}));
    families_.emplace_back(key, family);
    return family;
  }

 private:
  FamilySink* const sink_;
  std::vector<std::pair<std::string_view, FamilyRef>> families_;
};

class Netdev final : public Collector {
 public:
  Netdev(const NodeOptions& options, DeviceFilter filter)
      : paths_(options.paths), options_(options.netdev), filter_(std::move(filter)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(std::vector<LinkStats> links, Read());
    Families families(sink);
    for (LinkStats& link : links) {
      if (filter_.Ignores(link.device)) continue;
      if (!options_.detailed) ToLegacyNames(&link);
      Add(link, &families);
    }
    return options_.address_info ? AddNetworkAddresses(sink) : base::Status();
  }

 private:
  base::StatusOr<std::vector<LinkStats>> Read() {
    if (options_.netlink) return links_.Read();
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(paths_.Proc("net/dev")));
    return ParseNetDev(text);
  }

  void Add(const LinkStats& link, Families* families) {
    std::vector<LabelRef> labels = {{"device", link.device}};
    std::string alias;
    if (options_.label_ifalias) {
      const auto text =
          file_.Read(paths_.Sys(base::Concat({"class/net/", link.device, "/ifalias"})));
      if (text.ok()) alias = base::Trim(*text);
      labels.push_back({"ifalias", alias});
    }
    for (const auto& [key, value] : link.stats) {
      families->Get(key).Add(static_cast<double>(value), labels);
    }
  }

  const Paths paths_;
  const NodeOptions::Netdev options_;
  const DeviceFilter filter_;
  LinkReader links_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeNetdev(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter filter, DeviceFilter::Make(context.options->netdev.devices,
                                                                   "", "collector.netdev.device"));
  return std::make_unique<Netdev>(*context.options, std::move(filter));
}

}  // namespace vedette::exporters::node
