#ifndef VEDETTE_COLLECTOR_TSDB_PART_FORMAT_H_
#define VEDETTE_COLLECTOR_TSDB_PART_FORMAT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

// The bytes of a part file, between structs and strings; no I/O. Format: FORMAT.md.

namespace vedette::tsdb {

inline constexpr std::string_view kPartMagic = "VDTSPART";
inline constexpr std::string_view kFooterMagic = "VDPE";
inline constexpr uint32_t kPartVersion = 1;
inline constexpr size_t kPartHeaderBytes = 16;
inline constexpr size_t kFooterBytes = 64;
inline constexpr size_t kColumnSamples = 1024;
inline constexpr size_t kPageSeries = 64;
inline constexpr size_t kPostingsPageBytes = 16 << 10;
// Far above what is written: bounds what a damaged length can make a reader allocate.
inline constexpr uint32_t kMaxColumnBytes = 32 << 10;
inline constexpr uint32_t kMaxPageBytes = 256u << 20;
// Times outside are refused on the way in, so that differences never overflow.
inline constexpr int64_t kMaxTimeMs = int64_t{1} << 53;

// Low 32 bits of XXH3-64.
uint32_t Checksum(std::string_view data);

struct PageRef {
  uint64_t offset = 0;
  uint32_t length = 0;    // on disk
  uint32_t unpacked = 0;  // after zstd
  uint32_t checksum = 0;  // of the bytes on disk
};

struct PostingsPageRef {
  std::string first_value;
  PageRef page;
};

struct LabelDirectory {
  std::string name;
  std::vector<PostingsPageRef> pages;
};

struct Directory {
  std::vector<PageRef> series_pages;
  std::vector<LabelDirectory> labels;  // sorted by name
};

struct Footer {
  uint64_t directory_offset = 0;
  uint32_t directory_length = 0;
  uint32_t directory_unpacked = 0;
  uint32_t directory_checksum = 0;
  uint64_t series = 0;
  uint64_t samples = 0;
  int64_t min_ms = 0;
  int64_t max_ms = 0;
};

// Up to kColumnSamples samples of one series: a times column and a values column.
struct BlockRef {
  int64_t min_ms = 0;
  int64_t max_ms = 0;
  uint32_t samples = 0;
  uint64_t times_offset = 0;
  uint32_t times_length = 0;
  uint64_t values_offset = 0;
  uint32_t values_length = 0;
};

struct SeriesEntry {
  model::Labels labels;
  std::vector<BlockRef> blocks;  // by time
};

struct PostingsEntry {
  std::string value;
  std::vector<uint32_t> series;  // ascending
};

std::string EncodePartHeader();
// InvalidArgument for a newer version, by number; DataLoss for anything else that is no part.
base::Status CheckPartHeader(std::string_view header);

std::string EncodeFooter(const Footer& footer);
base::StatusOr<Footer> DecodeFooter(std::string_view bytes);

std::string EncodeDirectory(const Directory& directory);
base::StatusOr<Directory> DecodeDirectory(std::string_view bytes);

// `min_ms` is the part's.
void AppendSeriesEntry(const SeriesEntry& entry, int64_t min_ms, std::string* page);
base::StatusOr<std::vector<SeriesEntry>> DecodeSeriesPage(std::string_view page, int64_t min_ms);

void AppendPostingsEntry(std::string_view value, std::span<const uint32_t> series,
                         std::string* page);
// `series_count` bounds the numbers.
base::StatusOr<std::vector<PostingsEntry>> DecodePostingsPage(std::string_view page,
                                                              uint64_t series_count);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_FORMAT_H_
