#include "collector/tsdb/v1_block_reader.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "base/codec/bytes.h"
#include "collector/tsdb/v1_columns.h"
#include "collector/tsdb/v1_format.h"

namespace vedette::tsdb::v1 {
namespace {

class V1Reader final : public BlockReader {
 public:
  explicit V1Reader(std::shared_ptr<const Part> part) : part_(std::move(part)) {}

  size_t page_series() const override { return kPageSeries; }

  base::StatusOr<std::span<const SeriesEntry>> LoadPage(size_t page) override {
    entries_.clear();
    const PageRef& ref = part_->directory().series_pages[page];
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes, part_->ReadPage(ref));
    auto entries = v1::DecodeSeriesPage(bytes, part_->min_ms());
    if (!entries.ok()) return part_->Damaged(entries.status(), ref.offset);
    const size_t expected = std::min<uint64_t>(kPageSeries, part_->series() - page * kPageSeries);
    if (entries->size() != expected) {
      return part_->Damaged(base::DataLoss("series page has another number of series"), ref.offset);
    }
    entries_ = std::move(entries).value();
    return std::span<const SeriesEntry>(entries_);
  }

  base::StatusOr<const std::vector<int64_t>*> Times(const BlockRef& block) override {
    // The next series mostly shares the column.
    if (block.times == times_offset_ && block.samples == times_.size()) return &times_;
    times_offset_ = 0;
    VEDETTE_RETURN_IF_ERROR(part_->Damaged(ReadTimes(block), block.times));
    times_offset_ = block.times;
    return &times_;
  }

  base::StatusOr<ColumnKind> Values(const BlockRef& block, std::span<double> values) override {
    const base::Status status = ReadValues(block, values);
    if (!status.ok()) return part_->Damaged(status, block.values_offset);
    return ColumnKind::kFloats;
  }

  std::optional<BlockSummary> Summary(const BlockRef&) const override { return std::nullopt; }

 private:
  // A checked column.
  base::StatusOr<std::string> ReadColumn(uint64_t offset, uint32_t length) const {
    VEDETTE_ASSIGN_OR_RETURN(std::string bytes, part_->ReadExactly(offset, length));
    base::ByteReader in(bytes);
    const auto checksum = in.Fixed<uint32_t>();
    bytes.erase(0, sizeof(checksum));
    if (Checksum(bytes) != checksum) return base::DataLoss("block: checksum mismatch");
    return bytes;
  }

  base::Status ReadTimes(const BlockRef& block) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes, ReadColumn(block.times, block.times_length));
    base::ByteReader in(bytes);
    VEDETTE_RETURN_IF_ERROR(DecodeInts(&in, block.samples, &times_));
    const bool ascends =
        std::adjacent_find(times_.begin(), times_.end(), std::greater_equal<>()) == times_.end();
    if (!in.empty() || !ascends || times_.front() != block.min_ms ||
        times_.back() != block.max_ms) {
      return base::DataLoss("times do not ascend or do not fit the index");
    }
    return {};
  }

  base::Status ReadValues(const BlockRef& block, std::span<double> values) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string bytes,
                             ReadColumn(block.values_offset, block.values_length));
    std::vector<double> column;
    VEDETTE_RETURN_IF_ERROR(DecodeValues(bytes, values.size(), &column));
    std::copy(column.begin(), column.end(), values.begin());
    return {};
  }

  const std::shared_ptr<const Part> part_;
  std::vector<SeriesEntry> entries_;
  uint64_t times_offset_ = 0;  // of times_; 0: none
  std::vector<int64_t> times_;
};

}  // namespace

std::unique_ptr<BlockReader> NewBlockReader(std::shared_ptr<const Part> part) {
  return std::make_unique<V1Reader>(std::move(part));
}

}  // namespace vedette::tsdb::v1
