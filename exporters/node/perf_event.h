#ifndef VEDETTE_EXPORTERS_NODE_PERF_EVENT_H_
#define VEDETTE_EXPORTERS_NODE_PERF_EVENT_H_

#include <cstdint>

#include "base/status.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {

// One event counted on one CPU since it was opened, for all processes.
class PerfEvent {
 public:
  // `type` and `config` are perf_event_attr's. NotFound where this CPU or kernel cannot count the
  // event, PermissionDenied where this process may not.
  static base::StatusOr<PerfEvent> Open(uint32_t type, uint64_t config, int cpu);

  base::StatusOr<uint64_t> Read() const;

 private:
  explicit PerfEvent(OpenFile file) : file_(std::move(file)) {}

  OpenFile file_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_PERF_EVENT_H_
