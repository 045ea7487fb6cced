#ifndef VEDETTE_COLLECTOR_LOGQL_LINE_BLOCK_H_
#define VEDETTE_COLLECTOR_LOGQL_LINE_BLOCK_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "collector/logql/log_block.h"

namespace vedette::logql {

struct StoredLine;

// Lines as a block, in their order: nothing is known of their fields. Borrows them. One thread.
class LineBlock final : public LogBlock {
 public:
  explicit LineBlock(std::span<const StoredLine> lines);  // at least one

  size_t rows() const override { return lines_.size(); }
  int64_t min_ns() const override { return min_ns_; }
  int64_t max_ns() const override { return max_ns_; }
  bool Judged(size_t /*predicate*/) const override { return false; }
  base::StatusOr<std::span<const int64_t>> Times() override;
  base::StatusOr<LabelColumn> Streams() override;
  base::StatusOr<LabelColumn> Metadata() override;
  base::StatusOr<std::span<const std::string_view>> Lines() override;
  base::StatusOr<std::string_view> Line(size_t row) override;
  base::StatusOr<FieldValues> Values(const FieldRef& field) override;

 private:
  struct Sets {
    std::vector<const model::Labels*> table;
    std::vector<uint32_t> rows;
  };
  LabelColumn Collect(const model::Labels* StoredLine::*set, Sets* sets) const;

  const std::span<const StoredLine> lines_;
  int64_t min_ns_;
  int64_t max_ns_;
  std::vector<int64_t> times_;
  std::vector<std::string_view> texts_;
  Sets streams_;
  Sets metadata_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_LINE_BLOCK_H_
