#ifndef VEDETTE_COLLECTOR_LOGSTORE_PART_H_
#define VEDETTE_COLLECTOR_LOGSTORE_PART_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/codec/bytes.h"
#include "base/fs.h"
#include "base/status.h"
#include "collector/logstore/block.h"
#include "collector/logstore/manifest.h"
#include "collector/logstore/stream_table.h"

namespace vedette::logstore {

// An immutable part file: its index in memory, its blocks read on demand. Thread-safe. Holds no
// file open: there may be thousands of parts.
class Part {
 public:
  // Reads and checks the index; DataLoss when header, footer or index are damaged,
  // InvalidArgument for a newer version.
  static base::StatusOr<std::shared_ptr<const Part>> Open(base::FileSystem* fs,
                                                          const std::string& folder,
                                                          const PartEntry& entry,
                                                          StreamTable* streams);
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  const PartEntry& entry() const { return entry_; }
  const std::string& name() const { return entry_.name; }
  int64_t day() const { return entry_.day; }
  uint64_t bytes() const { return entry_.bytes; }
  const std::vector<StreamSummary>& streams() const { return summaries_; }
  const std::vector<BlockMeta>& blocks() const { return blocks_; }

  // NotFound when retention removed the file meanwhile, DataLoss when the block is damaged.
  base::StatusOr<std::shared_ptr<const Block>> ReadBlock(size_t index) const;

 private:
  Part() = default;
  base::Status ReadIndex(std::string_view index, StreamTable* streams);
  base::Status ReadBlockMetas(base::ByteReader& reader, uint64_t end_of_blocks);

  base::FileSystem* fs_ = nullptr;
  std::string path_;
  PartEntry entry_;
  std::vector<StreamPtr> streams_;  // by id
  std::vector<StreamSummary> summaries_;
  std::vector<BlockMeta> blocks_;
  uint64_t index_offset_ = 0;
};

// What a manifest would say of FOLDER/NAME, from the file itself.
base::StatusOr<PartEntry> DescribePart(base::FileSystem* fs, const std::string& folder,
                                       const std::string& name);

// Writes rows (all of `day`, in reading order) as FOLDER/NAME and fsyncs the file, not the folder.
base::StatusOr<PartEntry> WritePart(base::FileSystem* fs, const std::string& folder,
                                    const std::string& name, int64_t day,
                                    std::span<const Row> rows);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_PART_H_
