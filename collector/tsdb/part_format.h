#ifndef VEDETTE_COLLECTOR_TSDB_PART_FORMAT_H_
#define VEDETTE_COLLECTOR_TSDB_PART_FORMAT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/bytes.h"
#include "base/status.h"
#include "model/labels.h"

// The frame of a part file (header, directory, footer) and what its pages are made of, between
// structs and strings; no I/O. Format: FORMAT.md.

namespace vedette::tsdb {

inline constexpr std::string_view kPartMagic = "VDTSPART";
inline constexpr std::string_view kFooterMagic = "VDPE";
inline constexpr uint32_t kPartVersion = 2;
inline constexpr size_t kPartHeaderBytes = 16;
inline constexpr size_t kFooterBytes = 64;
// Far above what is written: bounds what a damaged length can make a reader allocate.
inline constexpr uint32_t kMaxPageBytes = 256u << 20;
// Times outside are refused on the way in, so that differences never overflow.
inline constexpr int64_t kMaxTimeMs = int64_t{1} << 53;

// Low 32 bits of XXH3-64.
uint32_t Checksum(std::string_view data);

struct PageRef {
  uint64_t offset = 0;
  uint32_t length = 0;    // on disk
  uint32_t unpacked = 0;  // after zstd; 0: stored as it is
  uint32_t checksum = 0;  // of the bytes on disk
};
void PutPageRef(const PageRef& page, std::string* out);
PageRef ReadPageRef(base::ByteReader* in);

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
  std::vector<PageRef> times_pages;    // none in version 1
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

// Up to kColumnSamples samples of one series: a times column and a values column, or one value for
// all of them.
struct BlockRef {
  int64_t min_ms = 0;
  int64_t max_ms = 0;
  uint32_t samples = 0;
  uint64_t times = 0;          // the column's number; in version 1 its offset in the file
  uint32_t times_length = 0;   // version 1 alone
  bool constant = false;       // never in version 1
  double value = 0;            // of a constant block
  uint32_t values_page = 0;    // of the series page's value pages; not in version 1
  uint64_t values_offset = 0;  // in the value page; in version 1 in the file
  uint32_t values_length = 0;
  uint32_t summary = kNoSummary;  // of the series page's summaries

  static constexpr uint32_t kNoSummary = UINT32_MAX;
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
// The format version. InvalidArgument for a newer one, by number; DataLoss for anything else that
// is no part.
base::StatusOr<uint32_t> ReadPartHeader(std::string_view header);

std::string EncodeFooter(const Footer& footer);
base::StatusOr<Footer> DecodeFooter(std::string_view bytes);

std::string EncodeDirectory(const Directory& directory);
base::StatusOr<Directory> DecodeDirectory(std::string_view bytes, uint32_t version);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_FORMAT_H_
