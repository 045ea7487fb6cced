#ifndef VEDETTE_EXPORTERS_REDIS_KEY_INSPECTOR_H_
#define VEDETTE_EXPORTERS_REDIS_KEY_INSPECTOR_H_

#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "exporters/redis/cluster_nodes.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/key_patterns.h"
#include "exporters/redis/key_scan.h"
#include "exporters/redis/metric_set.h"
#include "exporters/redis/options.h"

namespace vedette::exporters::redis {

// The keys that the flags or a /scrape request name, read. A plain value.
struct KeyLists {
  std::vector<KeyPattern> check;
  std::vector<KeyPattern> check_single;
  std::vector<KeyPattern> streams;
  std::vector<KeyPattern> single_streams;
  std::vector<KeyPattern> count;
  std::vector<std::string> groups;

  // Errors name the flag.
  static base::StatusOr<KeyLists> Parse(const RedisOptions::Keys& options);
  bool empty() const {
    return check.empty() && check_single.empty() && streams.empty() && single_streams.empty() &&
           count.empty();
  }
};

// A server to look at keys on: the one scraped, or each master of its cluster. Borrows.
struct KeyNode {
  std::string name;
  Connection* connection = nullptr;
  const ClusterNode* cluster = nullptr;  // null: it owns every key
};

// Shows the keys, streams and counts of its lists; remembers how far its scans have come. One
// thread; lives as long as its target is scraped.
class KeyInspector {
 public:
  KeyInspector(KeyLists lists, const RedisOptions::Keys& options);

  // Fails only when a connection does.
  base::Status Run(std::span<const KeyNode> nodes, const Deadline& deadline, MetricSet* metrics);

 private:
  enum class Kind { kKeys, kStreams, kCount };
  struct Scan {
    Kind kind;
    KeyPattern pattern;
  };

  base::Status ShowNamed(const KeyNode& node, const std::vector<KeyPattern>& keys, Kind kind,
                         const Deadline& deadline, MetricSet* metrics) const;
  base::Status Show(const KeyNode& node, int database, std::span<const std::string> keys, Kind kind,
                    bool named, const Deadline& deadline, MetricSet* metrics) const;
  base::Status RunScans(std::span<const KeyNode> nodes, const Deadline& deadline,
                        MetricSet* metrics);
  // `left` scans, this one too, share `budget_ns`; both are counted down.
  base::Status RunScan(const Scan& scan, std::span<const KeyNode> nodes, const Deadline& deadline,
                       size_t* left, int64_t* budget_ns, MetricSet* metrics);

  const RedisOptions::Keys options_;
  std::vector<KeyPattern> single_keys_;
  std::vector<KeyPattern> single_streams_;
  std::vector<Scan> scans_;
  KeyScan scan_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_KEY_INSPECTOR_H_
