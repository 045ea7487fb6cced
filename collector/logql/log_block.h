#ifndef VEDETTE_COLLECTOR_LOGQL_LOG_BLOCK_H_
#define VEDETTE_COLLECTOR_LOGQL_LOG_BLOCK_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/labels.h"

namespace vedette::logql {

enum class FieldParser : uint8_t { kJson, kLogfmt };

// What `| json` or `| logfmt` (without arguments and flags) makes a label of: the label's name as
// the stage writes it (request_host), before it is told apart from labels of the stream.
struct FieldRef {
  FieldParser parser = FieldParser::kJson;
  std::string label;
  friend auto operator<=>(const FieldRef&, const FieldRef&) = default;
};

// A condition on a field. Rows that fail for sure may be left out; lines that the parser refuses
// never are, since Loki lets those through most filters, nor are rows whose stream or metadata has
// a label of the field's name: there a filter reads that one.
struct FieldPredicate {
  FieldRef field;
  std::function<bool(std::string_view value)> keeps;  // thread-safe
  bool keeps_absent = false;                          // rows whose line has no such field
};

// In the place of an index into FieldValues::table.
inline constexpr uint32_t kAbsentField = UINT32_MAX;       // the line parses and has none
inline constexpr uint32_t kBrokenLine = UINT32_MAX - 1;    // an error before the first field
inline constexpr uint32_t kUnknownField = UINT32_MAX - 2;  // the line itself has to be looked at

// A field of a block's rows: exactly what the stage would extract of their lines. Known only where
// the line has no error anywhere, so that nothing depends on how far it is parsed.
struct FieldValues {
  std::span<const std::string_view> table;  // a value may stand in it twice
  std::span<const uint32_t> rows;           // an index or one of the above; none: nothing is known
};

// Label sets of a block's rows.
struct LabelColumn {
  std::span<const model::Labels* const> table;  // each once; equal sets of two blocks may differ
  std::span<const uint32_t> rows;               // an index into it
};

// Some of the rows that a scan selects. Columns are read when they are asked for and live until the
// visit that brought the block returns. One thread. DataLoss: something is damaged; who asks leaves
// the block out, the store has made a note of it.
class LogBlock {
 public:
  virtual ~LogBlock() = default;
  virtual size_t rows() const = 0;  // at least one
  // No row is outside; costs nothing.
  virtual int64_t min_ns() const = 0;
  virtual int64_t max_ns() const = 0;
  // Whether every row is known to pass the request's predicate of that index.
  virtual bool Judged(size_t predicate) const = 0;

  virtual base::StatusOr<std::span<const int64_t>> Times() = 0;
  // Equal pointers within one scan: the same stream.
  virtual base::StatusOr<LabelColumn> Streams() = 0;
  virtual base::StatusOr<LabelColumn> Metadata() = 0;
  // False: no row's metadata has a label whose name passes. Costs next to nothing.
  virtual bool MetadataMayHave(const std::function<bool(std::string_view name)>& /*passes*/) const {
    return true;
  }
  virtual base::StatusOr<std::span<const std::string_view>> Lines() = 0;
  // One row's line; costs less than all when few are asked for. Until the next call.
  virtual base::StatusOr<std::string_view> Line(size_t row) = 0;
  virtual base::StatusOr<FieldValues> Values(const FieldRef& field) = 0;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_LOG_BLOCK_H_
