#ifndef VEDETTE_COLLECTOR_TSDB_PROMETHEUS_HEAD_CHUNKS_H_
#define VEDETTE_COLLECTOR_TSDB_PROMETHEUS_HEAD_CHUNKS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/status.h"
#include "collector/tsdb/prometheus/file_window.h"

namespace vedette::tsdb::prometheus {

// A full chunk of a series that was still in the head, as "chunks_head/000001" holds it.
struct HeadChunk {
  uint64_t series = 0;  // as the log's series records name it
  int64_t min_ms = 0;
  int64_t max_ms = 0;
  uint8_t encoding = 0;       // without the out-of-order flag
  bool out_of_order = false;  // made of late samples
  std::string_view data;      // good during the call
};

// Calls `visit` for each chunk of the file. DataLoss, naming file and offset, at the first that is
// damaged: where the next one begins is then unknown.
base::Status ForEachHeadChunk(FileWindow* file,
                              const std::function<base::Status(const HeadChunk&)>& visit);

}  // namespace vedette::tsdb::prometheus

#endif  // VEDETTE_COLLECTOR_TSDB_PROMETHEUS_HEAD_CHUNKS_H_
