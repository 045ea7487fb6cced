#ifndef VEDETTE_COLLECTOR_LOGQL_ROW_LINES_H_
#define VEDETTE_COLLECTOR_LOGQL_ROW_LINES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "collector/logql/log_block.h"

namespace vedette::logql {

// The lines of one block: put together one by one while few are asked for, then all at once.
// Counts their bytes. One thread.
class RowLines {
 public:
  // After `singles` lines the rest comes at once.
  RowLines(LogBlock* block, size_t singles) : block_(block), singles_(singles) {}

  // Until the next call.
  base::StatusOr<std::string_view> At(size_t row) {
    if (!lines_.empty()) return lines_[row];
    if (singles_ == 0) {
      VEDETTE_RETURN_IF_ERROR(All());
      return lines_[row];
    }
    --singles_;
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view line, block_->Line(row));
    bytes_ += line.size();
    return line;
  }
  // Puts together all of them; then they live as long as the block.
  base::Status All() {
    VEDETTE_ASSIGN_OR_RETURN(lines_, block_->Lines());
    for (const std::string_view line : lines_) bytes_ += line.size();
    return {};
  }
  uint64_t bytes() const { return bytes_; }

 private:
  LogBlock* const block_;
  size_t singles_;
  std::span<const std::string_view> lines_;
  uint64_t bytes_ = 0;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_ROW_LINES_H_
