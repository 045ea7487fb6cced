#ifndef VEDETTE_COLLECTOR_LOGSTORE_PART_WRITER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_PART_WRITER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/fs.h"
#include "base/status.h"
#include "collector/logstore/block.h"
#include "collector/logstore/columns/granule.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/minute_counts.h"
#include "collector/logstore/row.h"

namespace vedette::logstore {

// Writes one part file front to back: rows of one day in reading order, over all calls. One thread.
// After an error the file is of no use.
class PartWriter {
 public:
  // FOLDER/NAME; version kRowsPartVersion or kColumnsPartVersion.
  static base::StatusOr<std::unique_ptr<PartWriter>> Create(base::FileSystem* fs,
                                                            const std::string& folder,
                                                            const std::string& name, int64_t day,
                                                            uint32_t version);
  // As row blocks, cut to size. The streams must live until Finish.
  base::Status AddRows(std::span<const Row> rows);
  // As one granule, kMaxGranuleRows at most, in a part of kColumnsPartVersion. It is decoded before
  // it is written: if that gave anything but the rows, they are written as row blocks and false is
  // returned.
  base::StatusOr<bool> AddGranule(std::span<const Row> rows);
  // Writes counts and index and fsyncs the file, not the folder.
  base::StatusOr<PartEntry> Finish();

 private:
  PartWriter(std::unique_ptr<base::WritableFile> file, std::string name, int64_t day,
             uint32_t version)
      : file_(std::move(file)), name_(std::move(name)), day_(day), version_(version) {}

  struct Summary {
    const Stream* stream;
    int64_t min_ns;
    int64_t max_ns;
    uint64_t entries;
    uint64_t bytes;
  };
  base::Status Append(std::string_view data);
  uint32_t IdOf(const Row& row);
  base::Status WriteRows(std::span<const Row> rows, std::span<const uint32_t> ids);
  struct CountsPlace {
    uint64_t offset = 0;
    uint64_t bytes = 0;
    uint64_t hash = 0;
  };
  std::string EncodeIndex(const CountsPlace& counts) const;

  const std::unique_ptr<base::WritableFile> file_;
  const std::string name_;
  const int64_t day_;
  const uint32_t version_;
  uint64_t offset_ = 0;
  absl::flat_hash_map<const Stream*, uint32_t> ids_;
  std::vector<Summary> summaries_;
  std::vector<BlockMeta> blocks_;
  GranuleWriter granules_;
  CountsBuilder counts_;
};

// Writes rows (all of `day`, in reading order) as a level-0 part FOLDER/NAME and fsyncs the file,
// not the folder.
base::StatusOr<PartEntry> WritePart(base::FileSystem* fs, const std::string& folder,
                                    const std::string& name, int64_t day,
                                    std::span<const Row> rows);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_PART_WRITER_H_
