// node_nfsd_* from /proc/net/rpc/nfsd: this machine as a server of NFS.
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/nfs_stats.h"

namespace vedette::exporters::node {
namespace {

using Numbers = std::span<const uint64_t>;

// By the number of the operation in NFS 4.0; those with nullptr are not exposed.
constexpr const char* kOperations4[] = {nullptr,
                                        nullptr,
                                        nullptr,
                                        "Access",
                                        "Close",
                                        "Commit",
                                        "Create",
                                        "DelegPurge",
                                        "DelegReturn",
                                        "GetAttr",
                                        "GetFH",
                                        "Link",
                                        "Lock",
                                        "Lockt",
                                        "Locku",
                                        "Lookup",
                                        "LookupRoot",
                                        "Nverify",
                                        "Open",
                                        "OpenAttr",
                                        "OpenConfirm",
                                        "OpenDgrd",
                                        "PutFH",
                                        nullptr,
                                        nullptr,
                                        "Read",
                                        "ReadDir",
                                        "ReadLink",
                                        "Remove",
                                        "Rename",
                                        "Renew",
                                        "RestoreFH",
                                        "SaveFH",
                                        "SecInfo",
                                        "SetAttr",
                                        "SetClientID",
                                        "SetClientIDConfirm",
                                        "Verify",
                                        "Write",
                                        "RelLockOwner"};
constexpr size_t kMinOperations4 = 39;
// The server does not expose procedure 0, Null, of NFS 2 and 3.
constexpr size_t kFirst = 1;

constexpr RpcRow kRows[] = {
    {"rc",
     3,
     {{{0,
        {"node_nfsd_reply_cache_hits_total", Kind::kCounter,
         "Total number of NFSd Reply Cache hits (client lost server response)."}},
       {1,
        {"node_nfsd_reply_cache_misses_total", Kind::kCounter,
         "Total number of NFSd Reply Cache an operation that requires caching (idempotent)."}},
       {2,
        {"node_nfsd_reply_cache_nocache_total", Kind::kCounter,
         "Total number of NFSd Reply Cache non-idempotent operations (rename/delete/…)."}}}}},
    {"fh",
     5,
     {{{0,
        {"node_nfsd_file_handles_stale_total", Kind::kCounter,
         "Total number of NFSd stale file handles"}}}}},
    {"io",
     2,
     {{{0, {"node_nfsd_disk_bytes_read_total", Kind::kCounter, "Total NFSd bytes read."}},
       {1, {"node_nfsd_disk_bytes_written_total", Kind::kCounter, "Total NFSd bytes written."}}}}},
    {"ra",
     12,
     {{{0,
        {"node_nfsd_read_ahead_cache_size_blocks", Kind::kGauge,
         "How large the read ahead cache is in blocks."}},
       {11,
        {"node_nfsd_read_ahead_cache_not_found_total", Kind::kCounter,
         "Total number of NFSd read ahead cache not found."}}}}},
    {"net",
     4,
     {{{3,
        {"node_nfsd_connections_total", Kind::kCounter,
         "Total number of NFSd TCP connections."}}}}},
    {"rpc",
     5,
     {{{0, {"node_nfsd_server_rpcs_total", Kind::kCounter, "Total number of NFSd RPCs."}}}}},
};
constexpr FamilySpec kThreads = {"node_nfsd_server_threads", Kind::kGauge,
                                 "Total number of NFSd kernel threads that are running."};
constexpr FamilySpec kPackets = {"node_nfsd_packets_total", Kind::kCounter,
                                 "Total NFSd network packets (sent+received) by protocol type."};
constexpr FamilySpec kErrors = {"node_nfsd_rpc_errors_total", Kind::kCounter,
                                "Total number of NFSd RPC errors by error type."};
constexpr FamilySpec kRequests = {"node_nfsd_requests_total", Kind::kCounter,
                                  "Total number NFSd Requests by method and protocol."};

class Nfsd final : public Collector {
 public:
  explicit Nfsd(const Paths& paths) : file_(paths.Proc("net/rpc/nfsd")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    FamilyRef requests = OpenFamily(kRequests, sink);
    return file_.ForEachLine([&](std::string_view key, Numbers numbers) {
      return AddLine(key, numbers, &requests, sink);
    });
  }

 private:
  static bool AddLine(std::string_view key, Numbers numbers, FamilyRef* requests,
                      FamilySink* sink) {
    if (key == "proc2") {
      return AddNfsProcedures(numbers, kNfs2Procedures, {18, kFirst}, "2", requests);
    }
    if (key == "proc3") {
      return AddNfsProcedures(numbers, kNfs3Procedures, {22, kFirst}, "3", requests);
    }
    if (key == "proc4ops") {
      return AddNfsProcedures(numbers, kOperations4, {kMinOperations4, 0}, "4", requests);
    }
    if (key == "proc4") return numbers.size() == 3;
    if (key == "wdeleg_getattr") return AddDelegations(numbers, requests);
    if (key == "th") return AddThreads(numbers, sink);
    if (!AddRpcRow(kRows, key, numbers, sink)) return false;
    if (key == "net") AddPackets(numbers, sink);
    if (key == "rpc") AddErrors(numbers, sink);
    return true;
  }

  static bool AddDelegations(Numbers numbers, FamilyRef* requests) {
    if (numbers.size() != 1) return false;
    requests->Add(static_cast<double>(numbers[0]), {{"method", "WdelegGetattr"}, {"proto", "4"}});
    return true;
  }

  // Threads, how often all were busy, and a histogram that kernels since 2.6.29 leave at zero.
  static bool AddThreads(Numbers numbers, FamilySink* sink) {
    if (numbers.size() < 2) return false;
    OpenFamily(kThreads, sink).Add(static_cast<double>(numbers[0]));
    return true;
  }

  static void AddPackets(Numbers numbers, FamilySink* sink) {
    FamilyRef packets = OpenFamily(kPackets, sink);
    packets.Add(static_cast<double>(numbers[1]), {{"proto", "udp"}});
    packets.Add(static_cast<double>(numbers[2]), {{"proto", "tcp"}});
  }

  static void AddErrors(Numbers numbers, FamilySink* sink) {
    FamilyRef errors = OpenFamily(kErrors, sink);
    errors.Add(static_cast<double>(numbers[2]), {{"error", "fmt"}});
    errors.Add(static_cast<double>(numbers[3]), {{"error", "auth"}});
    errors.Add(static_cast<double>(numbers[4]), {{"error", "cInt"}});
  }

  RpcFile file_;
};

}  // namespace

MadeCollector MakeNfsd(const CollectorContext& context) {
  return std::make_unique<Nfsd>(context.options->paths);
}

}  // namespace vedette::exporters::node
