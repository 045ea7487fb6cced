#ifndef VEDETTE_COLLECTOR_LOGSTORE_DELETED_BLOCKS_H_
#define VEDETTE_COLLECTOR_LOGSTORE_DELETED_BLOCKS_H_

#include <vector>

#include "collector/logstore/deletes.h"
#include "collector/logstore/part.h"

namespace vedette::logstore {

// Which blocks of a part may have rows that tombstones delete, among those of the streams that a
// reader asks for. Borrows the tombstones. Thread-safe once it is made.
class DeletedBlocks {
 public:
  // `matching`: the streams that are asked for, by id.
  DeletedBlocks(const Tombstones& tombstones, const Part& part, const std::vector<bool>& matching);
  bool MayTouch(const BlockMeta& meta) const;

 private:
  struct Hit {
    const Tombstone* tombstone;
    std::vector<bool> streams;  // by id: asked for, and the tombstone's
  };
  std::vector<Hit> hits_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_DELETED_BLOCKS_H_
