#include "collector/tsdb/prometheus/block.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "collector/tsdb/merge_plan.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/prometheus/histogram_chunk.h"
#include "collector/tsdb/prometheus/xor_chunk.h"
#include "collector/tsdb/sample_merge.h"

namespace vedette::tsdb::prometheus {
namespace {

bool Storable(int64_t time_ms) { return time_ms >= -kMaxTimeMs && time_ms <= kMaxTimeMs; }

base::Status BadChunk(const IndexedSeries& series, std::string_view what) {
  return base::DataLoss(
      base::Concat({"chunk of series ", series.labels.ToString(), " (index at byte ",
                    std::to_string(series.offset), "): ", what}));
}

}  // namespace

base::StatusOr<std::unique_ptr<Block>> Block::Open(base::FileSystem* fs, const std::string& dir) {
  std::unique_ptr<Block> block(new Block());
  VEDETTE_RETURN_IF_ERROR(block->Load(fs, dir));
  return block;
}

base::Status Block::Load(base::FileSystem* fs, const std::string& dir) {
  const std::string meta_path = base::JoinPath(dir, "meta.json");
  VEDETTE_ASSIGN_OR_RETURN(const std::string json, fs->ReadFile(meta_path));
  base::StatusOr<BlockMeta> meta = ParseBlockMeta(json);
  if (!meta.ok()) return base::Annotate(meta.status(), meta_path);
  meta_ = *std::move(meta);
  VEDETTE_ASSIGN_OR_RETURN(std::unique_ptr<FileWindow> index,
                           FileWindow::Open(fs, base::JoinPath(dir, "index")));
  VEDETTE_ASSIGN_OR_RETURN(index_, BlockIndex::Open(std::move(index)));
  VEDETTE_ASSIGN_OR_RETURN(chunks_, BlockChunks::Open(fs, base::JoinPath(dir, "chunks")));
  const std::string stones_path = base::JoinPath(dir, "tombstones");
  const base::StatusOr<std::string> stones = fs->ReadFile(stones_path);
  if (absl::IsNotFound(stones.status())) return {};
  if (!stones.ok()) return stones.status();
  base::StatusOr<TombstoneMap> map = DecodeBlockTombstones(*stones);
  if (!map.ok()) return base::Annotate(map.status(), stones_path);
  tombstones_ = *std::move(map);
  return {};
}

base::StatusOr<std::map<int64_t, int64_t>> Block::Days() {
  std::map<int64_t, int64_t> days;
  VEDETTE_RETURN_IF_ERROR(index_->ForEachSeries([&days](const IndexedSeries& series) {
    for (const ChunkRef& chunk : series.chunks) {
      if (!Storable(chunk.min_ms) || !Storable(chunk.max_ms)) {
        return BadChunk(series, "its times are impossible");
      }
      for (int64_t day = DayOf(chunk.min_ms); day <= DayOf(chunk.max_ms); ++day) {
        const int64_t first_ms = std::max(chunk.min_ms, day * kDayMs);
        const auto [at, added] = days.emplace(day, first_ms);
        if (!added) at->second = std::min(at->second, first_ms);
        // A chunk spans hours. A damaged one must not make us count through the ages.
        if (days.size() > 100'000) return BadChunk(series, "it spans too many days");
      }
    }
    return base::Status();
  }));
  return days;
}

base::Status Block::DecodeChunk(const IndexedSeries& series, const ChunkRef& ref,
                                model::SeriesSamples* samples, uint64_t* invalid) {
  VEDETTE_ASSIGN_OR_RETURN(const Chunk chunk, chunks_.Read(ref.ref));
  base::Status decoded;
  switch (chunk.encoding) {
    case kXorChunk:
      decoded = DecodeXorChunk(chunk.data, &samples->timestamps_ms, &samples->values);
      break;
    case kHistogramChunk:
    case kFloatHistogramChunk:
      decoded = DecodeHistogramChunk(chunk.data, chunk.encoding == kFloatHistogramChunk,
                                     &samples->histograms, invalid);
      break;
    default:
      decoded = base::DataLoss(base::Concat(
          {"encoding ", std::to_string(chunk.encoding), " is not known; allowed are 1 to 3"}));
  }
  return decoded.ok() ? decoded : BadChunk(series, base::Message(decoded));
}

base::Status Block::ReadChunk(const IndexedSeries& series, const ChunkRef& ref, int64_t begin_ms,
                              int64_t end_ms, model::SeriesSamples* out, LeftOut* left_out) {
  model::SeriesSamples samples;
  uint64_t invalid = 0;
  VEDETTE_RETURN_IF_ERROR(DecodeChunk(series, ref, &samples, &invalid));
  // Those of a chunk are counted once, on its first day.
  if (ref.min_ms >= begin_ms) left_out->histograms += invalid;
  const auto deleted = tombstones_.find(series.ref);
  RemoveTimes(
      [&](int64_t time_ms) {
        return time_ms < begin_ms || time_ms >= end_ms ||
               (deleted != tombstones_.end() && IsDeleted(deleted->second, time_ms));
      },
      &samples);
  AppendAll(samples, out);
  return {};
}

base::Status Block::ReadDay(int64_t day,
                            const std::function<base::Status(model::SeriesSamples)>& visit,
                            LeftOut* left_out) {
  const int64_t begin_ms = day * kDayMs;
  const int64_t end_ms = begin_ms + kDayMs;
  return index_->ForEachSeries([&](IndexedSeries series) -> base::Status {
    model::SeriesSamples samples;
    for (const ChunkRef& chunk : series.chunks) {
      if (chunk.max_ms < begin_ms || chunk.min_ms >= end_ms) continue;
      VEDETTE_RETURN_IF_ERROR(ReadChunk(series, chunk, begin_ms, end_ms, &samples, left_out));
    }
    if (samples.empty()) return {};
    if (!IsSorted(samples)) SortByTime(&samples);
    samples.labels = std::move(series.labels);
    return visit(std::move(samples));
  });
}

}  // namespace vedette::tsdb::prometheus
