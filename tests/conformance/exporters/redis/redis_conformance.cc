// Our pages against the inventory, and beside the real redis_exporter on the same servers.
#include <cstdio>
#include <optional>

#include "base/http/client.h"
#include "base/strings.h"
#include "tests/conformance/exporters/redis/inventory.h"
#include "tests/exporters/redis/page.h"
#include "tests/exporters/redis/redis_server.h"
#include "tests/support/free_port.h"
#include "tests/support/shared_dir.h"
#include "tests/support/temp_dir.h"

namespace vedette::exporters::redis {
namespace {

// The servers that the reference was made on, in small.
class Servers {
 public:
  Servers() {
    for (int i = 0; i < 3; ++i) {
      cluster_.push_back(std::make_unique<RedisServer>(With({"--cluster-enabled", "yes"})));
    }
    const char* const bounds[] = {"0", "5460", "5461", "10922", "10923", "16383"};
    for (size_t i = 0; i < 3; ++i) {
      cluster_[i]->Run({"CLUSTER", "ADDSLOTSRANGE", bounds[2 * i], bounds[2 * i + 1]});
      cluster_[i]->Run({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
      cluster_[i]->Run({"CLUSTER", "MEET", "127.0.0.1", std::to_string(cluster_[0]->port())});
    }
    sentinel_.Run(
        {"SENTINEL", "MONITOR", "mymaster", "127.0.0.1", std::to_string(master_.port()), "1"});
    WaitUntil([this] {
      return cluster_[0]->Run({"CLUSTER", "INFO"}).text.find("state:ok") != std::string::npos &&
             replica_.Run({"INFO"}).text.find("master_link_status:up") != std::string::npos &&
             master_.Run({"INFO"}).text.find("state=online") != std::string::npos;
    });
    Fill();
  }

  const RedisServer& master() const { return master_; }
  const RedisServer& replica() const { return replica_; }
  const RedisServer& sentinel() const { return sentinel_; }
  const RedisServer& node() const { return *cluster_[0]; }

 private:
  static RedisServer::Options With(std::vector<std::string> arguments) {
    RedisServer::Options options;
    options.arguments = std::move(arguments);
    return options;
  }
  static RedisServer::Options Sentinel() {
    RedisServer::Options options;
    options.sentinel = true;
    return options;
  }

  // Keys of every type, an error, a slow command, a latency spike.
  void Fill() {
    for (const Command& command :
         std::vector<Command>{{"SET", "str", "hello"},
                              {"SET", "num", "42.5"},
                              {"PFADD", "hll", "a", "b"},
                              {"LPUSH", "lst", "1", "2"},
                              {"HSET", "hsh", "a", "1"},
                              {"SADD", "st", "1"},
                              {"ZADD", "zs", "1", "a"},
                              {"XADD", "strm", "5-0", "a", "1"},
                              {"XGROUP", "CREATE", "strm", "g", "0"},
                              {"XREADGROUP", "GROUP", "g", "c", "STREAMS", "strm", ">"},
                              {"SET", "ttl", "1", "EX", "100000"},
                              {"GET", "nosuch"},
                              {"LPUSH", "str", "x"},
                              {"DEBUG", "SLEEP", "0.02"}}) {
      master_.Run(command);
    }
    for (int i = 0; i < 20; ++i) {  // about a third of them are this node's
      cluster_[0]->Run({"SET", "key" + std::to_string(i), "1"});
    }
    replica_.Run({"CONFIG", "SET", "nosuch", "1"});
  }

  const RedisServer master_{
      With({"--appendonly", "yes", "--latency-monitor-threshold", "1", "--slowlog-log-slower-than",
            "10000", "--repl-diskless-sync-delay", "0"})};
  const RedisServer replica_{With({"--replicaof", "127.0.0.1 " + std::to_string(master_.port())})};
  const RedisServer sentinel_{Sentinel()};
  std::vector<std::unique_ptr<RedisServer>> cluster_;
};

// A server, how it is scraped, and the page that the reference has of such a one.
struct Case {
  std::string name;
  std::string address;
  std::vector<std::string> flags;
  std::string page = "/metrics";
  const char* reference;
};

std::vector<Case> Cases(const Servers& servers) {
  const std::vector<std::string> all = {
      "check-keys=*",
      "check-single-keys=nosuch",
      "check-streams=strm*",
      "count-keys=db0=s*",
      "check-key-groups=^(s)",
      "export-client-list",
      "export-client-port",
      "include-config-metrics",
      "include-modules-metrics",
      "include-system-metrics",
      "ping-on-connect",
      "script=" + servers.master().folder().Write("s.lua", "return {'a', '1'}")};
  std::vector<std::string> role = all;
  std::erase(role, "export-client-port");
  role.push_back("append-instance-role-label");
  role.push_back("include-rdb-file-size-metric");
  const std::string master = servers.master().Uri();
  return {{"stand-alone", master, {}, "/metrics", "redis.prom"},
          {"replica", servers.replica().Uri(), {}, "/metrics", "redis-replica.prom"},
          {"cluster", servers.node().Uri(), {}, "/metrics", "redis-cluster.prom"},
          {"sentinel", servers.sentinel().Uri(), {}, "/metrics", "redis-sentinel.prom"},
          {"down", "redis://127.0.0.1:1", {}, "/metrics", "redis-down.prom"},
          {"all options", master, all, "/metrics", "redis-all-options.prom"},
          {"role label", master, role, "/metrics", "redis-role-label.prom"},
          {"/scrape",
           "",
           {},
           "/scrape?target=" + servers.replica().Uri() + "&check-single-keys=str",
           "redis-scrape-endpoint.prom"}};
}

std::string OurPage(const Case& c) {
  std::vector<std::string> flags = c.flags;
  flags.push_back("redis.addr=" + c.address);
  const PageMaker maker(flags);
  maker.Get(c.page);  // the second page shows what the first one caused, as the reference's do
  return maker.Get(c.page);
}

// redis_exporter scraping what a case says; its pages.
class Peer {
 public:
  Peer(const std::string& bin, const Case& c)
      : port_(test::FreePort()), process_(Arguments(bin, c)) {
    WaitUntil([this] { return !Get("/health").empty(); });
  }

  std::string Get(const std::string& path) {
    base::http::ClientRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port_) + path;
    const auto response = client_->Send(request);
    return response.ok() && response->status == 200 ? response->body : "";
  }

 private:
  std::vector<std::string> Arguments(const std::string& bin, const Case& c) const {
    std::vector<std::string> arguments = {bin + "/prometheus-redis-exporter",
                                          "--web.listen-address=127.0.0.1:" + std::to_string(port_),
                                          "--redis.addr=" + c.address,
                                          "--redis-only-metrics=false"};
    for (const std::string& flag : c.flags) arguments.push_back("--" + flag);
    return arguments;
  }

  const uint16_t port_;
  Process process_;
  const std::unique_ptr<base::http::Client> client_ = base::http::NewClient();
};

void CompareWithInventory(const std::vector<Case>& cases, Tally* tally) {
  const auto reference = test::SharedPath("reference/exporters");
  if (!reference) {
    std::printf("no ../shared/reference/exporters on this machine: the inventory is left out\n");
    return;
  }
  for (const Case& c : cases) {
    CompareFamilies(c.name, ParsedPage::Parse(test::ReadWholeFile(*reference + "/" + c.reference)),
                    ParsedPage::Parse(OurPage(c)), tally);
  }
}

void CompareWithPeer(const std::vector<Case>& cases, Tally* tally) {
  const test::TempDir folder;
  const auto bin = test::UnpackPeers(folder.path(), "exporters");
  if (!bin) {
    std::printf("no ../shared/peers on this machine: redis_exporter is left out\n");
    return;
  }
  for (const Case& c : cases) {
    Peer peer(*bin, c);
    peer.Get(c.page);
    OurPage(c);
    const ParsedPage before = ParsedPage::Parse(peer.Get(c.page));
    const ParsedPage ours = ParsedPage::Parse(OurPage(c));
    const ParsedPage after = ParsedPage::Parse(peer.Get(c.page));
    tally->Check(!before.values.empty(), c.name + ": the peer gives no page");
    CompareFamilies(c.name + " beside the peer", before, ours, tally);
    CompareValues(c.name + " beside the peer", before, ours, after, tally);
  }
}

int Run() {
  if (!IsInstalled("redis-server")) {
    std::printf("no redis-server on this machine: nothing compared\n0 passed, 0 failed\n");
    return 0;
  }
  const Servers servers;
  const std::vector<Case> cases = Cases(servers);
  Tally tally;
  CompareWithInventory(cases, &tally);
  CompareWithPeer(cases, &tally);
  std::printf("%d passed, %d failed\n", tally.passed(), tally.failed());
  return tally.failed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace vedette::exporters::redis

int main() { return vedette::exporters::redis::Run(); }
