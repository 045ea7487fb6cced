#ifndef VEDETTE_COLLECTOR_LOGSTORE_BLOCK_OPENER_H_
#define VEDETTE_COLLECTOR_LOGSTORE_BLOCK_OPENER_H_

#include <functional>
#include <memory>
#include <vector>

#include "collector/logstore/deletes.h"
#include "collector/logstore/memtable.h"
#include "collector/logstore/merge.h"
#include "collector/logstore/part.h"
#include "collector/logstore/store.h"
#include "collector/logstore/stream_filter.h"

namespace vedette::logstore {

inline bool TimesOverlap(int64_t min_ns, int64_t max_ns, int64_t start_ns, int64_t end_ns) {
  return min_ns < end_ns && max_ns >= start_ns;
}

// The rows of memory that the request asks for.
Run OpenMemtable(const MemtableView& view, const SelectRequest& request, StreamFilter& filter);

// Which streams of `part` the request asks for, by id.
std::vector<bool> MatchingStreams(const Part& part, const SelectRequest& request,
                                  StreamFilter& filter);

// Opens blocks of parts as runs of the rows that a request asks for and that are not deleted.
// Damaged ones are counted and left out. Borrows all; one thread.
class BlockOpener {
 public:
  BlockOpener(const SelectRequest& request, StreamFilter& filter, DeletedRows* deleted,
              SelectStats* stats, std::function<void(const Part&, const base::Status&)> on_damage)
      : request_(request),
        filter_(filter),
        deleted_(deleted),
        stats_(stats),
        on_damage_(std::move(on_damage)) {}

  // `matching`: the streams that are asked for, by id.
  // `lines`: whether they are needed, if only to be compared with those of others.
  Run Open(const std::shared_ptr<const Part>& part, size_t index, const std::vector<bool>& matching,
           bool lines) const;

 private:
  const SelectRequest& request_;
  StreamFilter& filter_;
  DeletedRows* const deleted_;
  SelectStats* const stats_;
  const std::function<void(const Part&, const base::Status&)> on_damage_;
};

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_BLOCK_OPENER_H_
