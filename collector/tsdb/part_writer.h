#ifndef VEDETTE_COLLECTOR_TSDB_PART_WRITER_H_
#define VEDETTE_COLLECTOR_TSDB_PART_WRITER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/codec/bytes.h"
#include "base/fs.h"
#include "base/status.h"
#include "base/strings.h"
#include "collector/tsdb/part_format.h"
#include "model/labels.h"

namespace vedette::tsdb {

// Writes one part file: series in the order of their labels, then Finish. Memory grows with the
// index (labels, postings), not with the samples. One thread. A file that was not finished is no
// part; whoever made the writer removes it.
class PartWriter {
 public:
  // `min_ms` is the time of the first sample that will be added, of whichever series.
  static base::StatusOr<std::unique_ptr<PartWriter>> Create(base::FileSystem* fs,
                                                            const std::string& path,
                                                            int64_t min_ms);

  // Times strictly ascending, not empty. Labels above those of the call before.
  base::Status Add(const model::Labels& labels, std::span<const int64_t> times,
                   std::span<const double> values);

  // Writes index and footer and fsyncs the file (not the folder).
  base::Status Finish();

  uint64_t samples() const { return footer_.samples; }
  uint64_t series() const { return footer_.series; }
  uint64_t bytes() const { return offset_; }
  int64_t min_ms() const { return footer_.min_ms; }
  int64_t max_ms() const { return footer_.max_ms; }

 private:
  using Postings = std::map<std::string, std::vector<uint32_t>, std::less<>>;
  struct Place {
    uint64_t offset = 0;
    uint32_t length = 0;
  };

  PartWriter(std::unique_ptr<base::WritableFile> file, int64_t min_ms);
  base::Status Write(std::string_view data);
  base::StatusOr<Place> WriteColumn(std::string_view payload);
  base::StatusOr<Place> WriteTimes(std::span<const int64_t> times);
  base::StatusOr<BlockRef> WriteBlock(std::span<const int64_t> times,
                                      std::span<const double> values);
  void Index(const model::Labels& labels, uint32_t number);
  // Compresses a page to be written after the blocks.
  PageRef KeepPage(const std::string& page);
  void CloseSeriesPage();
  void BuildPostings();

  std::unique_ptr<base::WritableFile> file_;
  std::string buffer_;   // not yet handed to the file
  uint64_t offset_ = 0;  // of the file's end, buffer included
  Footer footer_;
  Directory directory_;
  std::string series_page_;
  size_t series_in_page_ = 0;
  std::string pages_;  // compressed, back to back
  std::map<std::string, Postings, std::less<>> postings_;
  // Times columns already written, by hash: series scraped together share one.
  absl::flat_hash_map<std::pair<uint64_t, uint64_t>, Place> times_written_;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_WRITER_H_
