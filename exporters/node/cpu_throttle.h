#ifndef VEDETTE_EXPORTERS_NODE_CPU_THROTTLE_H_
#define VEDETTE_EXPORTERS_NODE_CPU_THROTTLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exporters/node/options.h"
#include "exporters/node/source_file.h"
#include "exporters/runtime/family_sink.h"

namespace vedette::exporters::node {

// How often cores and packages were slowed down for heat, and which CPUs are isolated from the
// scheduler, from /sys/devices/system/cpu. One thread; owned by the cpu collector.
class CpuThrottle {
 public:
  explicit CpuThrottle(const Paths& paths)
      : folder_(paths.Sys("devices/system/cpu")), is_kernel_(IsKernelFolder(folder_)) {}
  // A machine without these files gets no family. Which CPUs have them is found out anew when
  // there are more or fewer of them, as `cpus` tells.
  void Collect(size_t cpus, FamilySink* sink);
  void CollectIsolated(FamilySink* sink);

 private:
  // A CPU that counts, and where it stands; its files stay open.
  struct Cpu {
    uint64_t package = 0;
    uint64_t core = 0;
    OpenFile core_count;
    OpenFile package_count;
  };

  void FindCpus();
  OpenFile Open(const std::string& cpu, const char* name) const;

  const std::string folder_;
  const bool is_kernel_;  // else files may be replaced, and do not stay open
  SourceFile isolated_{SourceFile::Records::kShort};
  std::vector<Cpu> cpus_;
  std::optional<size_t> found_among_;  // how many there were then
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_CPU_THROTTLE_H_
