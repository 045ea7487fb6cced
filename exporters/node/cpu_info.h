#ifndef VEDETTE_EXPORTERS_NODE_CPU_INFO_H_
#define VEDETTE_EXPORTERS_NODE_CPU_INFO_H_

#include <memory>
#include <string>

#include "base/status.h"
#include "exporters/node/options.h"
#include "exporters/node/source_file.h"
#include "exporters/runtime/family_sink.h"

namespace re2 {
class RE2;
}

namespace vedette::exporters::node {

// node_cpu_info, node_cpu_frequency_hertz and, where patterns ask for them, node_cpu_flag_info and
// node_cpu_bug_info, from /proc/cpuinfo. One thread; owned by the cpu collector.
class CpuInfo {
 public:
  static base::StatusOr<std::unique_ptr<CpuInfo>> Make(const NodeOptions& options);
  base::Status Collect(FamilySink* sink);

 private:
  explicit CpuInfo(const Paths& paths) : path_(paths.Proc("cpuinfo")) {}

  const std::string path_;
  std::shared_ptr<const re2::RE2> flags_;  // null: none are exposed
  std::shared_ptr<const re2::RE2> bugs_;
  SourceFile file_;
};

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_CPU_INFO_H_
