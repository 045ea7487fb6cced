#ifndef VEDETTE_EXPORTERS_REDIS_KEY_SCAN_H_
#define VEDETTE_EXPORTERS_REDIS_KEY_SCAN_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/status.h"
#include "exporters/redis/connection.h"
#include "exporters/redis/key_patterns.h"
#include "exporters/redis/metric_set.h"

namespace vedette::exporters::redis {

// Finds the keys of patterns by SCAN, a slice at each scrape: what a slice does not reach is looked
// at in the next, and till then the last whole pass stands. So a keyspace of any size costs a
// scrape no more than its share. One thread; lives as long as its target is scraped.
class KeyScan {
 public:
  struct Settings {
    int64_t batch_size = 1000;
    int64_t max_keys = 50000;  // a pass that finds so many ends there
  };
  // The keys of a pattern as the last pass found them; while there is none, as far as it has come.
  struct Result {
    std::vector<std::string> keys;  // empty where only counted
    uint64_t count = 0;
    bool whole = false;            // a pass has ended; `count` means something
    bool truncated = false;        // that pass ended at max_keys
    int64_t finished_mono_ns = 0;  // when it did
  };

  explicit KeyScan(Settings settings) : settings_(settings) {}

  // Goes on with the pass of `pattern` at `node` (a name for the server of `connection`) until it
  // ends or `slice` passes; always at least one step. NotFound where the server refuses the
  // database or SCAN. The reference is good until the next call.
  base::StatusOr<const Result*> Advance(Connection* connection, const std::string& node,
                                        const KeyPattern& pattern, bool count_only,
                                        const Deadline& slice, const Deadline& deadline);

 private:
  struct Pass {
    std::string cursor = "0";
    Result current;
    Result last;
  };
  using Key = std::tuple<std::string, int, std::string, bool>;

  base::Status Step(Connection* connection, const KeyPattern& pattern, bool count_only,
                    const Deadline& deadline, Pass* pass);

  const Settings settings_;
  std::map<Key, Pass> passes_;
};

}  // namespace vedette::exporters::redis

#endif  // VEDETTE_EXPORTERS_REDIS_KEY_SCAN_H_
