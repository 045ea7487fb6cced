// node_qdisc_* of the root queueing disciplines, by rtnetlink.
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <array>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/family_table.h"
#include "exporters/node/fixture_json.h"
#include "exporters/node/netlink.h"

namespace vedette::exporters::node {
namespace {

// In the order of Qdisc::values.
constexpr FamilySpec kQdiscFamilies[] = {
    {"node_qdisc_bytes_total", Kind::kCounter, "Number of bytes sent."},
    {"node_qdisc_packets_total", Kind::kCounter, "Number of packets sent."},
    {"node_qdisc_drops_total", Kind::kCounter, "Number of packets dropped."},
    {"node_qdisc_requeues_total", Kind::kCounter,
     "Number of packets dequeued, not transmitted, and requeued."},
    {"node_qdisc_overlimits_total", Kind::kCounter, "Number of overlimit packets."},
    {"node_qdisc_current_queue_length", Kind::kGauge,
     "Number of packets currently in queue to be sent."},
    {"node_qdisc_backlog", Kind::kGauge, "Number of bytes currently in queue to be sent."},
};

struct Qdisc {
  std::string device;
  std::string kind;
  std::array<uint64_t, std::size(kQdiscFamilies)> values{};
};

// The nested TCA_STATS2.
void ParseStatistics(std::string_view bytes, Qdisc* qdisc) {
  AttributeScanner attributes(bytes);
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == TCA_STATS_BASIC) {
      // gnet_stats_basic, whose end some kernels pad and some do not.
      qdisc->values[0] = ReadStruct<uint64_t>(value).value_or(0);
      if (value.size() > sizeof(uint64_t)) {
        qdisc->values[1] = ReadStruct<uint32_t>(value.substr(sizeof(uint64_t))).value_or(0);
      }
    } else if (const auto queue = ReadStruct<gnet_stats_queue>(value);
               type == TCA_STATS_QUEUE && queue) {
      qdisc->values[2] = queue->drops;
      qdisc->values[3] = queue->requeues;
      qdisc->values[4] = queue->overlimits;
      qdisc->values[5] = queue->qlen;
      qdisc->values[6] = queue->backlog;
    }
  }
}

// Those that are not a device's root are shown by no metric.
void AddQdisc(const NetlinkMessage& message, std::vector<Qdisc>* qdiscs) {
  const auto head = ReadStruct<tcmsg>(message.body);
  if (message.type != RTM_NEWQDISC || !head || head->tcm_parent != TC_H_ROOT) return;
  char name[IF_NAMESIZE];
  if (::if_indextoname(static_cast<unsigned>(head->tcm_ifindex), name) == nullptr) return;
  Qdisc& qdisc = qdiscs->emplace_back();
  qdisc.device = name;
  AttributeScanner attributes(message.body.substr(sizeof(tcmsg)));
  uint16_t type = 0;
  std::string_view value;
  while (attributes.Next(&type, &value)) {
    if (type == TCA_KIND) qdisc.kind = AttributeText(value);
    if (type == TCA_STATS2) ParseStatistics(value, &qdisc);
  }
}

class QdiscCollector final : public Collector {
 public:
  QdiscCollector(const NodeOptions& options, DeviceFilter filter)
      : fixtures_(options.qdisc.fixtures), filter_(std::move(filter)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    std::vector<Qdisc> qdiscs;
    VEDETTE_RETURN_IF_ERROR(fixtures_.empty() ? Ask(&qdiscs) : ReadFixtures(&qdiscs));
    std::vector<FamilyRef> families = OpenFamilies(kQdiscFamilies, sink);
    for (const Qdisc& qdisc : qdiscs) {
      if (filter_.Ignores(qdisc.device)) continue;
      for (size_t i = 0; i < families.size(); ++i) {
        families[i].Add(static_cast<double>(qdisc.values[i]),
                        {{"device", qdisc.device}, {"kind", qdisc.kind}});
      }
    }
    return base::Status();
  }

 private:
  base::Status Ask(std::vector<Qdisc>* qdiscs) {
    tcmsg request{};
    request.tcm_family = AF_UNSPEC;
    return socket_.Ask(RTM_GETQDISC, NLM_F_DUMP, AsBytes(request),
                       [qdiscs](const NetlinkMessage& message) { AddQdisc(message, qdiscs); });
  }

  base::Status ReadFixtures(std::vector<Qdisc>* qdiscs) {
    static constexpr const char* kKeys[] = {"Bytes",      "Packets", "Drops",  "Requeues",
                                            "Overlimits", "Qlen",    "Backlog"};
    static_assert(std::size(kKeys) == std::size(kQdiscFamilies));
    VEDETTE_ASSIGN_OR_RETURN(const auto objects, ReadFixture(fixtures_ + "/results.json", &file_));
    for (const boost::json::object& object : objects) {
      Qdisc& qdisc = qdiscs->emplace_back();
      qdisc.device = TextOf(object, "IfaceName");
      qdisc.kind = TextOf(object, "Kind");
      for (size_t i = 0; i < qdisc.values.size(); ++i) {
        qdisc.values[i] = static_cast<uint64_t>(NumberOf(object, kKeys[i]));
      }
    }
    return base::Status();
  }

  const std::string fixtures_;  // a folder, or "" for the kernel
  const DeviceFilter filter_;
  NetlinkSocket socket_{NETLINK_ROUTE, "rtnetlink: list of queueing disciplines"};
  SourceFile file_;
};

}  // namespace

MadeCollector MakeQdisc(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter filter, DeviceFilter::Make(context.options->qdisc.devices,
                                                                   "", "collector.qdisc.device"));
  return std::make_unique<QdiscCollector>(*context.options, std::move(filter));
}

}  // namespace vedette::exporters::node
