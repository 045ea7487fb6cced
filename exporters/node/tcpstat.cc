// node_tcp_connection_states by the kernel's sock_diag.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>

#include "exporters/node/collectors.h"
#include "exporters/node/netlink.h"

namespace vedette::exporters::node {
namespace {

// By the kernel's number; 0 is none.
constexpr std::array<const char*, 12> kStates = {
    nullptr,     "established", "syn_sent",   "syn_recv", "fin_wait1", "fin_wait2",
    "time_wait", "close",       "close_wait", "last_ack", "listen",    "closing"};
constexpr uint32_t kAllStates = 0xfff;

struct Sums {
  std::array<uint64_t, kStates.size()> sockets{};
  uint64_t rx_bytes = 0;
  uint64_t tx_bytes = 0;
  bool found = false;
};

void AddSocket(const NetlinkMessage& message, Sums* sums) {
  const auto socket = ReadStruct<inet_diag_msg>(message.body);
  if (message.type != SOCK_DIAG_BY_FAMILY || !socket) return;
  sums->found = true;
  if (socket->idiag_state < kStates.size()) ++sums->sockets[socket->idiag_state];
  sums->rx_bytes += socket->idiag_rqueue;
  sums->tx_bytes += socket->idiag_wqueue;
}

class Tcpstat final : public Collector {
 public:
  explicit Tcpstat(const Paths& paths) : tcp6_path_(paths.Proc("net/tcp6")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    Sums sums;
    VEDETTE_RETURN_IF_ERROR(Ask(AF_INET, &sums));
    // A kernel without IPv6 has no such file.
    if (::access(tcp6_path_.c_str(), F_OK) == 0) VEDETTE_RETURN_IF_ERROR(Ask(AF_INET6, &sums));
    FamilyRef family = sink->Gauge("node_tcp_connection_states", "Number of connection states.");
    for (size_t i = 1; i < kStates.size(); ++i) {
      if (sums.sockets[i] == 0) continue;
      family.Add(static_cast<double>(sums.sockets[i]), {{"state", kStates[i]}});
    }
    if (!sums.found) return base::Status();
    family.Add(static_cast<double>(sums.rx_bytes), {{"state", "rx_queued_bytes"}});
    family.Add(static_cast<double>(sums.tx_bytes), {{"state", "tx_queued_bytes"}});
    return base::Status();
  }

 private:
  base::Status Ask(uint8_t address_family, Sums* sums) {
    inet_diag_req_v2 request{};
    request.sdiag_family = address_family;
    request.sdiag_protocol = IPPROTO_TCP;
    request.idiag_states = kAllStates;
    return socket_.Ask(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AsBytes(request),
                       [sums](const NetlinkMessage& message) { AddSocket(message, sums); });
  }

  const std::string tcp6_path_;
  NetlinkSocket socket_{NETLINK_SOCK_DIAG, "sock_diag: list of TCP sockets"};
};

}  // namespace

MadeCollector MakeTcpstat(const CollectorContext& context) {
  return std::make_unique<Tcpstat>(context.options->paths);
}

}  // namespace vedette::exporters::node
