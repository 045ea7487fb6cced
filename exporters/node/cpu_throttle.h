#ifndef VEDETTE_EXPORTERS_NODE_CPU_THROTTLE_H_
#define VEDETTE_EXPORTERS_NODE_CPU_THROTTLE_H_

#include <optional>
#include <string>

#include "exporters/node/options.h"
#include "exporters/node/source_file.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

// How often cores and packages were slowed down for heat, and which CPUs are isolated from the
// scheduler, from /sys/devices/system/cpu. One thread; owned by the cpu collector.
class CpuThrottle {
 public:
  explicit CpuThrottle(const Paths& paths) : folder_(paths.Sys("devices/system/cpu")) {}
  // A machine without these files gets no family.
  void Collect(FamilySink* sink);
  void CollectIsolated(FamilySink* sink);

 private:
  std::optional<uint64_t> ReadNumber(const std::string& cpu, const char* name);

  const std::string folder_;
  SourceFile file_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_CPU_THROTTLE_H_
