#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_SEGMENT_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_SEGMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/tsdb/prometheus/file_window.h"

namespace vedette::tsdb::prometheus {

// Reads the records of one segment of Prometheus' write-ahead log: pages of 32 KiB, fragments,
// snappy and zstd. A damaged fragment costs its record and the rest of its page; reading goes on
// with the next page. One thread. Format: upstream's tsdb/docs/format/wal.md.
class WalSegment {
 public:
  using RecordFn = std::function<base::Status(uint64_t offset, std::string_view record)>;

  explicit WalSegment(std::unique_ptr<FileWindow> file) : file_(std::move(file)) {}

  // Calls `visit` for each record with the offset of its first fragment. Fails only when `visit` or
  // the disk does.
  base::Status ForEach(const RecordFn& visit);

  // Of the last ForEach: what was damaged, each with file and offset. A record that the end of the
  // file cuts off is none: it was being written.
  const std::vector<std::string>& damage() const { return damage_; }
  uint64_t bytes() const { return file_->size(); }
  const std::string& path() const { return file_->path(); }

 private:
  struct Fragment {
    uint8_t type = 0;
    uint8_t compression = 0;
    std::string_view data;
    size_t size = 0;  // on disk
  };
  // Reads the page that begins at `offset`.
  base::Status ReadPage(uint64_t offset, std::string_view page, const RecordFn& visit);
  // False at the end of the page's fragments, be it through damage.
  bool NextFragment(uint64_t offset, std::string_view rest, Fragment* fragment);
  base::Status Take(uint64_t offset, const Fragment& fragment, const RecordFn& visit);
  void Damaged(uint64_t offset, std::string_view what);

  const std::unique_ptr<FileWindow> file_;
  std::vector<std::string> damage_;
  std::string record_;  // being put together
  bool in_record_ = false;
  uint64_t record_at_ = 0;
  uint8_t compression_ = 0;
};

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_WAL_SEGMENT_H_
