// node_kernel_hung_tasks_total from /proc/sys/kernel/hung_task_detect_count.
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

class KernelHung final : public Collector {
 public:
  explicit KernelHung(const Paths& paths)
      : path_(paths.Proc("sys/kernel/hung_task_detect_count")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto tasks = file_.ReadUint(path_);
    if (!tasks.ok()) return AbsentIsNoData(tasks.status());
    sink->Counter("node_kernel_hung_tasks_total",
                  "Total number of tasks that have been detected as hung since the system booted.")
        .Add(static_cast<double>(*tasks));
    return base::Status();
  }

 private:
  const std::string path_;
  SourceFile file_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeKernelHung(const CollectorContext& context) {
  return std::make_unique<KernelHung>(context.options->paths);
}

}  // namespace vedette::exporters::node
