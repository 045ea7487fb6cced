// node_nfs_* from /proc/net/rpc/nfs: this machine as a client of NFS.
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/nfs_stats.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {
constexpr const char* kClient4Procedures[] = {"Null",
                                              "Read",
                                              "Write",
                                              "Commit",
                                              "Open",
                                              "OpenConfirm",
                                              "OpenNoattr",
                                              "OpenDowngrade",
                                              "Close",
                                              "Setattr",
                                              "FsInfo",
                                              "Renew",
                                              "SetClientID",
                                              "SetClientIDConfirm",
                                              "Lock",
                                              "Lockt",
                                              "Locku",
                                              "Access",
                                              "Getattr",
                                              "Lookup",
                                              "LookupRoot",
                                              "Remove",
                                              "Rename",
                                              "Link",
                                              "Symlink",
                                              "Create",
                                              "Pathconf",
                                              "StatFs",
                                              "ReadLink",
                                              "ReadDir",
                                              "ServerCaps",
                                              "DelegReturn",
                                              "GetACL",
                                              "SetACL",
                                              "FsLocations",
                                              "ReleaseLockowner",
                                              "Secinfo",
                                              "FsidPresent",
                                              "ExchangeID",
                                              "CreateSession",
                                              "DestroySession",
                                              "Sequence",
                                              "GetLeaseTime",
                                              "ReclaimComplete",
                                              "GetDeviceInfo",
                                              "LayoutGet",
                                              "LayoutCommit",
                                              "LayoutReturn",
                                              "SecinfoNoName",
                                              "TestStateID",
                                              "FreeStateID",
                                              "GetDeviceList",
                                              "BindConnToSession",
                                              "DestroyClientID",
                                              "Seek",
                                              "Allocate",
                                              "DeAllocate",
                                              "LayoutStats",
                                              "Clone"};

constexpr FamilySpec kPackets = {"node_nfs_packets_total", Kind::kCounter,
                                 "Total NFSd network packets (sent+received) by protocol type."};
constexpr FamilySpec kConnections = {"node_nfs_connections_total", Kind::kCounter,
                                     "Total number of NFSd TCP connections."};
constexpr FamilySpec kRpcs[] = {
    {"node_nfs_rpcs_total", Kind::kCounter, "Total number of RPCs performed."},
    {"node_nfs_rpc_retransmissions_total", Kind::kCounter,
     "Number of RPC transmissions performed."},
    {"node_nfs_rpc_authentication_refreshes_total", Kind::kCounter,
     "Number of RPC authentication refreshes performed."},
};
constexpr FamilySpec kRequests = {"node_nfs_requests_total", Kind::kCounter,
                                  "Number of NFS procedures invoked."};

class Nfs final : public Collector {
 public:
  explicit Nfs(const Paths& paths) : path_(paths.Proc("net/rpc/nfs")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto text = file_.Read(path_);
    if (!text.ok()) return AbsentIsNoData(text.status());
    FamilyRef requests = OpenFamily(kRequests, sink);
    LineScanner lines(*text);
    std::string_view line;
    while (lines.Next(&line)) {
      const size_t end = line.find(' ');
      if (end == std::string_view::npos || !ParseRpcNumbers(line.substr(end), &numbers_) ||
          !AddLine(line.substr(0, end), &requests, sink)) {
        return Malformed(path_, "expected a known key and its numbers", line);
      }
    }
    return base::Status();
  }

 private:
  bool AddLine(std::string_view key, FamilyRef* requests, FamilySink* sink) const {
    if (key == "net") return AddNetwork(sink);
    if (key == "rpc") return AddRpcs(sink);
    if (key == "proc2") return AddNfsProcedures(numbers_, kNfs2Procedures, {18, 0}, "2", requests);
    if (key == "proc3") return AddNfsProcedures(numbers_, kNfs3Procedures, {22, 0}, "3", requests);
    if (key == "proc4")
      return AddNfsProcedures(numbers_, kClient4Procedures, {0, 0}, "4", requests);
    return false;
  }

  // All packets, those by UDP, those by TCP, TCP connections.
  bool AddNetwork(FamilySink* sink) const {
    if (numbers_.size() != 4) return false;
    FamilyRef packets = OpenFamily(kPackets, sink);
    packets.Add(static_cast<double>(numbers_[1]), {{"protocol", "udp"}});
    packets.Add(static_cast<double>(numbers_[2]), {{"protocol", "tcp"}});
    OpenFamily(kConnections, sink).Add(static_cast<double>(numbers_[3]));
    return true;
  }

  bool AddRpcs(FamilySink* sink) const {
    if (numbers_.size() != std::size(kRpcs)) return false;
    for (size_t i = 0; i < numbers_.size(); ++i) {
      OpenFamily(kRpcs[i], sink).Add(static_cast<double>(numbers_[i]));
    }
    return true;
  }

  const std::string path_;
  SourceFile file_;
  std::vector<uint64_t> numbers_;
};

}  // namespace

MadeCollector MakeNfs(const CollectorContext& context) {
  return std::make_unique<Nfs>(context.options->paths);
}

}  // namespace vedette::exporters::node
