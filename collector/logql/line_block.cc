#include "collector/logql/line_block.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

LineBlock::LineBlock(std::span<const StoredLine> lines)
    : lines_(lines), min_ns_(lines[0].timestamp_ns), max_ns_(lines[0].timestamp_ns) {
  for (const StoredLine& line : lines) {
    min_ns_ = std::min(min_ns_, line.timestamp_ns);
    max_ns_ = std::max(max_ns_, line.timestamp_ns);
  }
}

base::StatusOr<std::span<const int64_t>> LineBlock::Times() {
  if (times_.empty()) {
    for (const StoredLine& line : lines_) times_.push_back(line.timestamp_ns);
  }
  return std::span<const int64_t>(times_);
}

LabelColumn LineBlock::Collect(const model::Labels* StoredLine::*set, Sets* sets) const {
  if (sets->rows.empty()) {
    absl::flat_hash_map<const model::Labels*, uint32_t> ids;
    for (const StoredLine& line : lines_) {
      const auto next = static_cast<uint32_t>(sets->table.size());
      const auto [known, fresh] = ids.try_emplace(line.*set, next);
      if (fresh) sets->table.push_back(line.*set);
      sets->rows.push_back(known->second);
    }
  }
  return {sets->table, sets->rows};
}

base::StatusOr<LabelColumn> LineBlock::Streams() { return Collect(&StoredLine::stream, &streams_); }

base::StatusOr<LabelColumn> LineBlock::Metadata() {
  return Collect(&StoredLine::metadata, &metadata_);
}

base::StatusOr<std::span<const std::string_view>> LineBlock::Lines() {
  if (texts_.empty()) {
    for (const StoredLine& line : lines_) texts_.push_back(line.line);
  }
  return std::span<const std::string_view>(texts_);
}

base::StatusOr<std::string_view> LineBlock::Line(size_t row) { return lines_[row].line; }

base::StatusOr<FieldValues> LineBlock::Values(const FieldRef& /*field*/) { return FieldValues(); }

}  // namespace vedette::logql
