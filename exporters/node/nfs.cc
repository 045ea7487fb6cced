// node_nfs_* from /proc/net/rpc/nfs: this machine as a client of NFS.
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/nfs_stats.h"

namespace vedette::exporters::node {
namespace {

using Numbers = std::span<const uint64_t>;

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

constexpr FamilySpec kNfsPackets = {"node_nfs_packets_total", Kind::kCounter,
                                    "Total NFSd network packets (sent+received) by protocol type."};
constexpr RpcRow kNfsRows[] = {
    {"net",
     4,
     {{{3,
        {"node_nfs_connections_total", Kind::kCounter, "Total number of NFSd TCP connections."}}}}},
    {"rpc",
     3,
     {{{0, {"node_nfs_rpcs_total", Kind::kCounter, "Total number of RPCs performed."}},
       {1,
        {"node_nfs_rpc_retransmissions_total", Kind::kCounter,
         "Number of RPC transmissions performed."}},
       {2,
        {"node_nfs_rpc_authentication_refreshes_total", Kind::kCounter,
         "Number of RPC authentication refreshes performed."}}}}},
};
constexpr FamilySpec kNfsRequests = {"node_nfs_requests_total", Kind::kCounter,
                                     "Number of NFS procedures invoked."};

class Nfs final : public Collector {
 public:
  explicit Nfs(const Paths& paths) : file_(paths.Proc("net/rpc/nfs")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    FamilyRef requests = OpenFamily(kNfsRequests, sink);
    return file_.ForEachLine([&](std::string_view key, Numbers numbers) {
      return AddLine(key, numbers, &requests, sink);
    });
  }

 private:
  static bool AddLine(std::string_view key, Numbers numbers, FamilyRef* requests,
                      FamilySink* sink) {
    if (key == "proc2") return AddNfsProcedures(numbers, kNfs2Procedures, {18, 0}, "2", requests);
    if (key == "proc3") return AddNfsProcedures(numbers, kNfs3Procedures, {22, 0}, "3", requests);
    if (key == "proc4") return AddNfsProcedures(numbers, kClient4Procedures, {0, 0}, "4", requests);
    if (!AddRpcRow(kNfsRows, key, numbers, sink)) return false;
    if (key == "net") AddPackets(numbers, sink);
    return true;
  }

  // All packets, those by UDP, those by TCP, TCP connections.
  static void AddPackets(Numbers numbers, FamilySink* sink) {
    FamilyRef packets = OpenFamily(kNfsPackets, sink);
    packets.Add(static_cast<double>(numbers[1]), {{"protocol", "udp"}});
    packets.Add(static_cast<double>(numbers[2]), {{"protocol", "tcp"}});
  }

  RpcFile file_;
};

}  // namespace

MadeCollector MakeNfs(const CollectorContext& context) {
  return std::make_unique<Nfs>(context.options->paths);
}

}  // namespace vedette::exporters::node
