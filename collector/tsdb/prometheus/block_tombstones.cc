#include "collector/tsdb/prometheus/block_tombstones.h"

#include <algorithm>

#include "base/codec/crc32c.h"
#include "collector/tsdb/prometheus/byte_decoder.h"

namespace vedette::tsdb::prometheus {
namespace {

constexpr uint32_t kTombstonesMagic = 0x0130BA30;
constexpr size_t kTombstonesHeaderBytes = 5;
constexpr size_t kTombstonesCrcBytes = 4;

}  // namespace

bool IsDeleted(const Intervals& intervals, int64_t time_ms) {
  return std::any_of(intervals.begin(), intervals.end(), [time_ms](const auto& interval) {
    return interval.first <= time_ms && time_ms <= interval.second;
  });
}

base::StatusOr<TombstoneMap> DecodeBlockTombstones(std::string_view bytes) {
  if (bytes.size() < kTombstonesHeaderBytes + kTombstonesCrcBytes) {
    return base::DataLoss("too short for tombstones");
  }
  ByteDecoder head(bytes);
  if (head.U32() != kTombstonesMagic) return base::DataLoss("no tombstones: another magic number");
  if (head.U8() != 1) return base::DataLoss("tombstones of a version other than 1");
  const std::string_view whole = bytes.substr(0, bytes.size() - kTombstonesCrcBytes);
  const std::string_view stones = whole.substr(kTombstonesHeaderBytes);
  const uint32_t crc = ByteDecoder(bytes.substr(whole.size())).U32();
  if (base::Crc32c(stones) != crc) return base::DataLoss("tombstones: checksum mismatch");
  TombstoneMap map;
  ByteDecoder in(stones);
  while (!in.empty() && in.ok()) {
    const uint64_t ref = in.Uvarint();
    const int64_t min_ms = in.Varint();
    const int64_t max_ms = in.Varint();
    if (in.ok()) map[ref].emplace_back(min_ms, max_ms);
  }
  if (!in.ok()) return base::DataLoss("tombstones: cut off");
  return map;
}

}  // namespace vedette::tsdb::prometheus
