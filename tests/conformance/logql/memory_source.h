#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_MEMORY_SOURCE_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_MEMORY_SOURCE_H_

#include <deque>
#include <string>
#include <vector>

#include "collector/logql/storage.h"

namespace vedette::logql {

// Lines in memory, scanned plainly.
class MemorySource final : public LogSource {
 public:
  void Add(const model::Labels& stream, int64_t timestamp_ns, std::string line,
           const model::Labels& metadata = {});
  base::Status Scan(const ScanRequest& request, const ScanFn& visit) const override;

 private:
  struct Entry {
    int64_t timestamp_ns;
    std::string line;
    const model::Labels* stream;
    model::Labels metadata;
  };
  std::deque<model::Labels> streams_;  // never move
  std::deque<Entry> entries_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_MEMORY_SOURCE_H_
