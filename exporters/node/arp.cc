// node_arp_entries by rtnetlink or from /proc/net/arp.
#include <map>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/neighbours.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// The columns of /proc/net/arp; its heading has nine words.
constexpr size_t kArpColumns = 6;
constexpr size_t kHeadingWords = 9;

class Arp final : public Collector {
 public:
  Arp(const NodeOptions& options, DeviceFilter filter)
      : path_(options.paths.Proc("net/arp")),
        use_netlink_(options.arp.netlink),
        filter_(std::move(filter)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    std::map<std::string, uint64_t, std::less<>> entries;
    VEDETTE_RETURN_IF_ERROR(use_netlink_ ? neighbours_.CountByDevice(&entries) : Read(&entries));
    FamilyRef family = sink->Gauge("node_arp_entries", "ARP entries by device");
    for (const auto& [device, count] : entries) {
      if (filter_.Ignores(device)) continue;
      family.Add(static_cast<double>(count), {{"device", device}});
    }
    return base::Status();
  }

 private:
  base::Status Read(std::map<std::string, uint64_t, std::less<>>* entries) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    std::vector<std::string_view> fields;
    while (lines.Next(&line)) {
      SplitFields(line, &fields);
      if (fields.empty() || fields.size() == kHeadingWords) continue;
      if (fields.size() != kArpColumns) return Malformed(path_, "expected six columns", line);
      ++(*entries)[std::string(fields.back())];
    }
    return base::Status();
  }

  const std::string path_;
  const bool use_netlink_;
  const DeviceFilter filter_;
  Neighbours neighbours_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeArp(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter filter, DeviceFilter::Make(context.options->arp.devices, "",
                                                                   "collector.arp.device"));
  return std::make_unique<Arp>(*context.options, std::move(filter));
}

}  // namespace vedette::exporters::node
