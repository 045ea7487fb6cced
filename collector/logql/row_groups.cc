#include "collector/logql/row_groups.h"

namespace vedette::logql {
namespace {

constexpr uint32_t kNoGroup = UINT32_MAX;
constexpr size_t kSentinels = 3;

}  // namespace

void RowGroups::Reset(size_t rows) {
  rows_ = rows;
  groups_ = 1;
  of_row_.clear();
}

template <typename IndexOf>
void RowGroups::SplitBy(size_t values, const IndexOf& index_of) {
  const bool first = of_row_.empty();
  of_row_.resize(rows_);
  const uint64_t pairs = static_cast<uint64_t>(groups_) * values;
  uint32_t next = 0;
  if (pairs <= kDense) {
    dense_.assign(pairs, kNoGroup);
    for (size_t row = 0; row < rows_; ++row) {
      const uint64_t old = first ? 0 : of_row_[row];
      uint32_t& group = dense_[old * values + index_of(row)];
      if (group == kNoGroup) group = next++;
      of_row_[row] = group;
    }
  } else {
    sparse_.clear();
    for (size_t row = 0; row < rows_; ++row) {
      const uint64_t old = first ? 0 : of_row_[row];
      const auto [known, fresh] = sparse_.try_emplace(old << 32 | index_of(row), next);
      next += fresh ? 1 : 0;
      of_row_[row] = known->second;
    }
  }
  groups_ = next;
}

void RowGroups::Split(std::span<const uint32_t> column, size_t values) {
  SplitBy(values, [column](size_t row) { return column[row]; });
}

void RowGroups::Split(std::span<const uint32_t> column, size_t values, uint32_t sentinels_from) {
  const auto base = static_cast<uint32_t>(values);
  SplitBy(values + kSentinels, [column, base, sentinels_from](size_t row) {
    const uint32_t index = column[row];
    return index < sentinels_from ? index : base + (index - sentinels_from);
  });
}

}  // namespace vedette::logql
