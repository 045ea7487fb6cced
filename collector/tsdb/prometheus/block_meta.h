#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_META_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_META_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace vedette::tsdb::prometheus {

// A block's meta.json, as far as an import needs it.
struct BlockMeta {
  std::string ulid;
  int64_t min_ms = 0;
  int64_t max_ms = 0;  // the first millisecond that is not in the block any more
  uint64_t samples = 0;
  uint64_t series = 0;
  uint64_t chunks = 0;
  bool out_of_order = false;         // made of late samples alone
  std::vector<std::string> sources;  // the blocks it was compacted from; itself when from none
};

base::StatusOr<BlockMeta> ParseBlockMeta(std::string_view json);

// True for a name of 26 characters of a ULID's alphabet: a block's folder.
bool IsUlid(std::string_view name);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_BLOCK_META_H_
