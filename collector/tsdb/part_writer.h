#ifndef VEDETTE_COLLECTOR_TSDB_PART_WRITER_H_
#define VEDETTE_COLLECTOR_TSDB_PART_WRITER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "base/codec/bytes.h"
#include "base/fs.h"
#include "base/status.h"
#include "collector/tsdb/part_format.h"
#include "collector/tsdb/postings_builder.h"
#include "collector/tsdb/series_page.h"
#include "collector/tsdb/times_page.h"
#include "model/labels.h"
#include "model/sample.h"

namespace vedette::tsdb {

// Writes one part file: series in the order of their labels, then Finish. Memory grows with the
// postings alone, of which the packed form is kept. One thread. A file that was not finished is no
// part; whoever made the writer removes it.
class PartWriter {
 public:
  // `min_ms` is the time of the first sample that will be added, of whichever series.
  static base::StatusOr<std::unique_ptr<PartWriter>> Create(base::FileSystem* fs,
                                                            const std::string& path,
                                                            int64_t min_ms);

  // Times strictly ascending, not empty. Labels above those of the call before.
  base::Status Add(const model::SeriesSamples& series);
  // Floats alone.
  base::Status Add(const model::Labels& labels, std::span<const int64_t> times,
                   std::span<const double> values);

  // Writes index and footer and fsyncs the file (not the folder).
  base::Status Finish();

  uint64_t samples() const { return footer_.samples; }
  uint64_t series() const { return footer_.series; }
  uint64_t bytes() const { return offset_; }
  int64_t min_ms() const { return footer_.min_ms; }
  int64_t max_ms() const { return footer_.max_ms; }

  // Where the bytes went, once finished.
  struct Sizes {
    uint64_t values = 0;
    uint64_t times = 0;
    uint64_t series = 0;
    uint64_t postings = 0;
    uint64_t directory = 0;
  };
  const Sizes& sizes() const { return sizes_; }

 private:
  PartWriter(std::unique_ptr<base::WritableFile> file, int64_t min_ms);
  base::Status Write(std::string_view data);
  base::StatusOr<PageRef> WritePage(std::string_view page);
  base::Status WriteDirectory();
  // The number of the times column, which is written if it is new.
  base::StatusOr<uint64_t> NumberOf(std::span<const int64_t> times);
  // `starts` as many as times, or none.
  base::Status AddFloats(std::span<const int64_t> times, std::span<const double> values,
                         std::span<const int64_t> starts);
  base::Status AddHistograms(std::span<const model::HistogramSample> histograms);
  base::Status WriteBlock(std::span<const int64_t> times, std::span<const double> values,
                          std::span<const int64_t> starts);
  base::Status EndSeries(const model::Labels& labels);
  base::StatusOr<PageRef> WriteIndexPage(std::string_view page);
  base::Status CloseTimesPage();
  base::Status CloseSeriesPage();

  std::unique_ptr<base::WritableFile> file_;
  std::string buffer_;   // not yet handed to the file
  uint64_t offset_ = 0;  // of the file's end, buffer included
  Footer footer_;
  Directory directory_;
  Sizes sizes_;
  TimesPageBuilder times_page_;
  SeriesPageBuilder series_page_;
  PostingsBuilder postings_;
  // Times columns already there, by hash: series scraped together share one.
  absl::flat_hash_map<std::pair<uint64_t, uint64_t>, uint64_t> times_numbers_;
  uint64_t next_times_ = 0;
};

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_PART_WRITER_H_
