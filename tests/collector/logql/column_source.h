#ifndef VEDETTE_TESTS_COLLECTOR_LOGQL_COLUMN_SOURCE_H_
#define VEDETTE_TESTS_COLLECTOR_LOGQL_COLUMN_SOURCE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/logql/storage.h"

namespace vedette::logql {

// Lines in memory, scanned plainly or as blocks whose fields are known of most lines: a store that
// answers from columns, as simple as it can be made. Some fields of some blocks, and of some lines,
// are not known, by chance.
class ColumnSource final : public LogSource {
 public:
  explicit ColumnSource(uint32_t seed) : seed_(seed) {}

  void Add(const model::Labels& stream, int64_t timestamp_ns, std::string line,
           const model::Labels& metadata);
  base::Status Scan(const ScanRequest& request, const ScanFn& visit) const override;
  base::Status ScanBlocks(const BlockRequest& request, const BlockFn& visit) const override;
  // All lines, one after the other.
  base::StatusOr<std::optional<std::vector<CountBins>>> Count(
      const CountRequest& request, const CountGroupFn& group) const override;
  // How often it could count.
  size_t counted() const { return counted_; }

  // One line with what the parsers make of it.
  struct Row {
    StoredLine stored;
    std::string text;
    model::Labels metadata;
    // Of a parser that reads all of the line without an error.
    std::map<FieldParser, std::map<std::string, std::string>> fields;
  };

 private:
  std::vector<const Row*> Selected(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                                   int64_t end_ns, bool backward) const;

  const uint32_t seed_;
  std::deque<model::Labels> streams_;  // never move
  std::deque<Row> rows_;
  mutable size_t counted_ = 0;
};

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_COLLECTOR_LOGQL_COLUMN_SOURCE_H_
