#ifndef VEDETTE_COLLECTOR_LOGQL_STORAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STORAGE_H_

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
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

// Thread-safe.
class LogSource {
 public:
  virtual ~LogSource() = default;
  // Cancelled when `request.stop` was requested before the end.
  virtual base::Status Scan(const ScanRequest& request, const ScanFn& visit) const = 0;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STORAGE_H_
