#ifndef VEDETTE_COLLECTOR_LOGSTORE_DELETES_H_
#define VEDETTE_COLLECTOR_LOGSTORE_DELETES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "collector/logstore/row.h"
#include "model/matcher.h"

namespace vedette::logstore {

// Whether a query keeps a row. One thread: it may reuse buffers.
using RowTest = std::function<bool(const Row&)>;

// A query that names the rows to delete: streams that satisfy all matchers, and of these the rows
// that a test keeps; every row where there is none to be made.
struct DeleteFilter {
  std::vector<model::Matcher> matchers;
  std::function<RowTest()> make_test;
};
// The store knows no query language: its owner gives it one. InvalidArgument for what is no query.
using DeleteParser = std::function<base::StatusOr<DeleteFilter>(std::string_view query)>;

// A request to delete rows, as it is kept (FORMAT.md). A value type.
struct DeleteRequest {
  std::string id;
  std::string query;
  int64_t start_ns = 0;  // inclusive
  int64_t end_ns = 0;    // exclusive
  int64_t created_ms = 0;
  uint64_t before_sequence = 0;  // rows that came later are not meant
  uint64_t before_part = 0;      // parts with a smaller number have no row that came later
  bool processed = false;        // no part has such a row any more
  friend bool operator==(const DeleteRequest&, const DeleteRequest&) = default;
};

// The file of all requests, in the order they came.
std::string EncodeDeletes(const std::vector<DeleteRequest>& requests);
// DataLoss when damaged, InvalidArgument when written by a newer version.
base::StatusOr<std::vector<DeleteRequest>> DecodeDeletes(std::string_view data);

// A request that is in force. Immutable.
struct Tombstone {
  DeleteRequest request;
  DeleteFilter filter;
  bool Overlaps(int64_t min_ns, int64_t max_ns) const {
    return min_ns < request.end_ns && max_ns >= request.start_ns;
  }
  bool Matches(const Stream& stream) const {
    return model::MatchesAll(filter.matchers, stream.labels);
  }
};
using Tombstones = std::vector<std::shared_ptr<const Tombstone>>;

// Tells the rows that tombstones delete. One reader, one thread.
class DeletedRows {
 public:
  // Those of `tombstones` that touch the rows from min_ns to max_ns.
  DeletedRows(const Tombstones& tombstones, int64_t min_ns, int64_t max_ns);
  bool empty() const { return judges_.empty(); }
  bool Has(const Row& row);

 private:
  struct Judge {
    std::shared_ptr<const Tombstone> tombstone;
    RowTest test;  // none: every row
    absl::flat_hash_map<const Stream*, bool> matches;
  };
  std::vector<Judge> judges_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_DELETES_H_
