#ifndef VEDETTE_COLLECTOR_TSDB_PART_CURSOR_H_
#define VEDETTE_COLLECTOR_TSDB_PART_CURSOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "collector/tsdb/block_reader.h"
#include "collector/tsdb/merge_cursor.h"
#include "collector/tsdb/part.h"

namespace vedette::tsdb {

// Walks the matching series of a part that have blocks in a range.
class PartCursor final : public SeriesCursor {
 public:
  // Told of damaged pages and blocks. OK: leave them out and go on. An error ends the walk with it.
  using DamageFn = std::function<base::Status(const base::Status&)>;

  // `series` are numbers of the part, ascending, as Part::Match gives them; of these only those
  // that match `filter` are visited.
  PartCursor(std::shared_ptr<const Part> part, std::shared_ptr<const std::vector<uint32_t>> series,
             std::vector<model::Matcher> filter, int64_t min_ms, int64_t max_ms, DamageFn on_damage,
             const ReadSharing& sharing);
  PartCursor(std::shared_ptr<const Part> part, std::vector<uint32_t> series,
             std::vector<model::Matcher> filter, int64_t min_ms, int64_t max_ms, DamageFn on_damage)
      : PartCursor(std::move(part),
                   std::make_shared<const std::vector<uint32_t>>(std::move(series)),
                   std::move(filter), min_ms, max_ms, std::move(on_damage), ReadSharing()) {}

  base::StatusOr<bool> Next() override;
  const model::Labels& labels() const override { return entry_->labels; }
  base::Status Read(model::SeriesSamples* samples) override;
  base::Status Lend(bool newest_only, model::SeriesSamples* scratch,
                    model::SeriesView* view) override;

  // A block of the current series. What it holds may be known without reading it.
  struct Block {
    int64_t min_ms = 0;
    int64_t max_ms = 0;
    uint32_t samples = 0;
    std::optional<BlockSummary> summary;
  };
  // Those that overlap the range, of each kind by time: some of their samples may lie beyond it.
  std::vector<Block> Blocks() const;
  // As Read, of the `number`-th of Blocks() alone.
  base::Status ReadBlock(size_t number, model::SeriesSamples* samples);

 private:
  // Makes the page of series `number` the current one; false when it is damaged.
  base::StatusOr<bool> LoadPage(uint32_t number);
  void LookAhead() const;
  bool IsWanted(const SeriesEntry& entry) const;
  bool InRange(const BlockRef& block) const;
  base::Status Decode(const BlockRef& block, model::SeriesSamples* samples);
  // The one block that has all that is asked for; null when there are several, or none is to be
  // told from the others.
  const BlockRef* OnlyBlock(bool newest_only) const;
  // False: the block holds more than floats.
  base::StatusOr<bool> LendFloats(const BlockRef& block, model::SeriesSamples* scratch,
                                  model::SeriesView* view);
  base::Status ReadHistograms(const BlockRef& block, const std::vector<int64_t>& times,
                              model::SeriesSamples* samples);
  // Leaves a damaged block out where on_damage_ says so.
  base::Status ReadOrReport(const BlockRef& block, model::SeriesSamples* samples);

  const std::unique_ptr<BlockReader> blocks_;
  const std::shared_ptr<const std::vector<uint32_t>> series_;
  const std::vector<model::Matcher> filter_;
  const int64_t min_ms_;
  const int64_t max_ms_;
  const DamageFn on_damage_;
  size_t next_ = 0;  // in series_
  size_t page_ = SIZE_MAX;
  std::span<const SeriesEntry> entries_;  // of page_; empty when it is damaged
  const SeriesEntry* entry_ = nullptr;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_CURSOR_H_
