#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_IMPORT_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_IMPORT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/fs.h"
#include "base/status.h"
#include "collector/tsdb/prometheus/block.h"
#include "collector/tsdb/prometheus/import_state.h"
#include "collector/tsdb/prometheus/sample_buffer.h"
#include "collector/tsdb/prometheus/wal_folder.h"
#include "collector/tsdb/prometheus/wal_records.h"
#include "collector/tsdb/store.h"

namespace vedette::tsdb::prometheus {

struct ImportReport {
  uint64_t blocks = 0;         // taken in now
  uint64_t blocks_before = 0;  // by an earlier import
  uint64_t samples = 0;
  uint64_t histograms = 0;          // of these: native ones
  uint64_t bad_histograms = 0;      // that break the rules for them, left out
  uint64_t exemplars = 0;           // records of them, left out
  uint64_t unknown_records = 0;     // of a newer version's types, left out
  uint64_t nameless_samples = 0;    // of series that the log does not name
  uint64_t bad_times = 0;           // beyond what the store can hold
  std::vector<std::string> damage;  // what could not be read, with file and offset
};

// Takes a data folder of Prometheus, or a snapshot, into a store: every block, then the log
// with the head's chunks. What is in already, by the state file in the store's folder, is left
// out; a block that was cut off is taken again, and same samples count once. Memory: one series of
// a day and the index of the part being written; of the log its series and `buffer_bytes` of
// samples. The folder is only read; a Prometheus may have it open, though a snapshot is better.
class Import {
 public:
  struct Options {
    std::string from;       // Prometheus' folder
    std::string store_dir;  // for the state file
    uint64_t buffer_bytes = 128ull << 20;
    base::FileSystem* fs = nullptr;
    Store* store = nullptr;
    // Bytes read of those there are, and what is being read. May be null.
    std::function<void(uint64_t done, uint64_t all, std::string_view what)> progress;
  };

  explicit Import(Options options);
  // NotFound when the folder holds no data of Prometheus. DataLoss names the first damaged place of
  // a block; blocks before it are in.
  base::StatusOr<ImportReport> Run();

 private:
  struct Found {
    std::vector<std::string> blocks;  // folders
    std::vector<WalFile> wal;
    std::vector<WalFile> wbl;
    std::vector<WalFile> head_chunks;
  };
  base::StatusOr<Found> Look();
  base::Status TakeBlock(const std::string& dir);
  base::Status TakeLogs(const Found& found);
  // Names of series and deletions, which hold for the whole log.
  base::Status ReadNames(const WalFile& file);
  base::Status ReadSamples(const WalFile& file, int64_t min_ms);
  base::Status ReadHeadChunks(const WalFile& file);
  base::Status TakeRows(RecordType type, std::string_view record, int64_t min_ms);
  // Whose sample it is and that it may be taken; null, and counted, otherwise.
  const model::Labels* Judge(uint64_t ref, int64_t time_ms);
  base::Status TakeSample(const WalSampleRow& row);
  base::Status TakeHistogram(const WalHistogramRow& row);
  base::Status MoveWhenFull();
  base::Status TakeHeadChunk(const struct HeadChunk& chunk);
  void CountRecord(RecordType type);
  void AddDamage(std::string_view damage);
  base::Status KeepState();
  void Advance(uint64_t bytes, std::string_view what);

  const Options options_;
  const std::string state_path_;
  ImportState state_;
  ImportReport report_;
  uint64_t done_bytes_ = 0;
  uint64_t all_bytes_ = 0;
  // Samples of the log before this are in blocks.
  int64_t blocks_end_ms_ = INT64_MIN;
  absl::flat_hash_map<uint64_t, std::unique_ptr<const model::Labels>> series_;
  TombstoneMap deleted_;
  SampleBuffer buffer_;
};

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_IMPORT_H_
