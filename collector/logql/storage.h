#ifndef VEDETTE_COLLECTOR_LOGQL_STORAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STORAGE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/thread_pool.h"
#include "collector/logql/counts.h"
#include "collector/logql/log_block.h"
#include "model/labels.h"
#include "model/matcher.h"

// What LogQL needs of a store. Implemented by an adapter in app, by fakes in tests.

namespace vedette::logql {

enum class Direction { kForward, kBackward };

// One stored line. Borrowed: lives until the visit that brought it returns.
struct StoredLine {
  int64_t timestamp_ns = 0;
  std::string_view line;
  const model::Labels* stream = nullptr;    // equal pointers within one Scan: the same stream
  const model::Labels* metadata = nullptr;  // never null
};

// Substrings: a line has at least one of every list.
using RequiredLiterals = std::vector<std::vector<std::string>>;

struct ScanRequest {
  std::vector<model::Matcher> matchers;
  int64_t start_ns = 0;  // inclusive
  int64_t end_ns = 0;    // exclusive
  Direction direction = Direction::kForward;
  // Lines without them may be left out; who asks looks again at those that come.
  RequiredLiterals required;
  bool lines = true;  // false: only times, streams and metadata are looked at; lines may come empty
  std::stop_token stop;
};

// Lines in time order (newest first for kBackward); equal timestamps in arrival order (reversed for
// kBackward), the same at every call. False ends the scan.
using ScanFn = std::function<bool(std::span<const StoredLine>)>;

enum class BlockOrder {
  kForward,  // blocks, and rows within, as Scan with the same direction
  kBackward,
  kUnordered,  // any, which costs least: several threads may visit at once
};

struct BlockRequest {
  std::vector<model::Matcher> matchers;
  int64_t start_ns = 0;  // inclusive
  int64_t end_ns = 0;    // exclusive
  BlockOrder order = BlockOrder::kUnordered;
  RequiredLiterals required;  // as ScanRequest's: rows without them may come
  std::vector<FieldPredicate> predicates;
  // kUnordered: up to `workers` threads visit, the caller's and idle ones of `pool` (may be null).
  // In order the caller's alone does; the others look ahead for what it will visit.
  base::ThreadPool* pool = nullptr;
  size_t workers = 1;
  std::stop_token stop;
};

// `worker` is below BlockRequest::workers; calls of one worker never overlap. False ends the scan.
using BlockFn = std::function<bool(LogBlock& block, size_t worker)>;

// Thread-safe.
class LogSource {
 public:
  virtual ~LogSource() = default;
  // Cancelled when `request.stop` was requested before the end.
  virtual base::Status Scan(const ScanRequest& request, const ScanFn& visit) const = 0;
  // The same rows as Scan, by blocks. Who overrides it answers from columns; this one scans lines.
  virtual base::Status ScanBlocks(const BlockRequest& request, const BlockFn& visit) const;
  // How many rows Scan would bring, one item a group; groups at the end may be missing. Nothing
  // where it is not known without looking at rows: this source does not count, or lines have
  // metadata that groups depend on (labels, all_labels; but not detected_level).
  virtual base::StatusOr<std::optional<std::vector<CountBins>>> Count(
      const CountRequest& request, const CountGroupFn& group) const;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STORAGE_H_
