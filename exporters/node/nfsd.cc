// node_nfsd_* from /proc/net/rpc/nfsd: this machine as a server of NFS.
#include <algorithm>
#include <array>
#include <iterator>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/nfs_stats.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {
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

struct Value {
  size_t column;
  FamilySpec family;
};
// A line of plain numbers: how many there are, and those that are exposed.
struct Row {
  std::string_view key;
  size_t columns;
  std::array<Value, 3> values;  // a null name ends them
};
constexpr Row kRows[] = {
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
  explicit Nfsd(const Paths& paths) : path_(paths.Proc("net/rpc/nfsd")) {}

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
    if (key == "proc2")
      return AddNfsProcedures(numbers_, kNfs2Procedures, {18, kFirst}, "2", requests);
    if (key == "proc3")
      return AddNfsProcedures(numbers_, kNfs3Procedures, {22, kFirst}, "3", requests);
    if (key == "proc4ops") {
      return AddNfsProcedures(numbers_, kOperations4, {kMinOperations4, 0}, "4", requests);
    }
    if (key == "proc4") return numbers_.size() == 3;
    if (key == "wdeleg_getattr") return AddDelegations(requests);
    if (key == "th") return AddThreads(sink);
    return AddRow(key, sink);
  }

  bool AddDelegations(FamilyRef* requests) const {
    if (numbers_.size() != 1) return false;
    requests->Add(static_cast<double>(numbers_[0]), {{"method", "WdelegGetattr"}, {"proto", "4"}});
    return true;
  }

  // Threads, how often all were busy, and a histogram that kernels since 2.6.29 leave at zero.
  bool AddThreads(FamilySink* sink) const {
    if (numbers_.size() < 2) return false;
    OpenFamily(kThreads, sink).Add(static_cast<double>(numbers_[0]));
    return true;
  }

  bool AddRow(std::string_view key, FamilySink* sink) const {
    const auto row = std::find_if(std::begin(kRows), std::end(kRows),
                                  [key](const Row& known) { return known.key == key; });
    if (row == std::end(kRows) || numbers_.size() != row->columns) return false;
    for (const Value& value : row->values) {
      if (value.family.name == nullptr) break;
      OpenFamily(value.family, sink).Add(static_cast<double>(numbers_[value.column]));
    }
    if (key == "net") AddPackets(sink);
    if (key == "rpc") AddErrors(sink);
    return true;
  }

  void AddPackets(FamilySink* sink) const {
    FamilyRef packets = OpenFamily(kPackets, sink);
    packets.Add(static_cast<double>(numbers_[1]), {{"proto", "udp"}});
    packets.Add(static_cast<double>(numbers_[2]), {{"proto", "tcp"}});
  }

  void AddErrors(FamilySink* sink) const {
    FamilyRef errors = OpenFamily(kErrors, sink);
    errors.Add(static_cast<double>(numbers_[2]), {{"error", "fmt"}});
    errors.Add(static_cast<double>(numbers_[3]), {{"error", "auth"}});
    errors.Add(static_cast<double>(numbers_[4]), {{"error", "cInt"}});
  }

  const std::string path_;
  SourceFile file_;
  std::vector<uint64_t> numbers_;
};

}  // namespace

MadeCollector MakeNfsd(const CollectorContext& context) {
  return std::make_unique<Nfsd>(context.options->paths);
}

}  // namespace vedette::exporters::node
