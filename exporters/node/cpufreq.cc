// node_cpu_frequency_* and node_cpu_scaling_* from /sys/devices/system/cpu/cpuN/cpufreq.
#include <sys/stat.h>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr double kHertz = 1000;  // the kernel writes kHz

constexpr NumberAttribute kAttributes[] = {
    {"cpuinfo_cur_freq", "node_cpu_frequency_hertz", "Current CPU thread frequency in hertz.",
     kHertz},
    {"cpuinfo_min_freq", "node_cpu_frequency_min_hertz", "Minimum CPU thread frequency in hertz.",
     kHertz},
    {"cpuinfo_max_freq", "node_cpu_frequency_max_hertz", "Maximum CPU thread frequency in hertz.",
     kHertz},
    {"scaling_cur_freq", "node_cpu_scaling_frequency_hertz",
     "Current scaled CPU thread frequency in hertz.", kHertz},
    {"scaling_min_freq", "node_cpu_scaling_frequency_min_hertz",
     "Minimum scaled CPU thread frequency in hertz.", kHertz},
    {"scaling_max_freq", "node_cpu_scaling_frequency_max_hertz",
     "Maximum scaled CPU thread frequency in hertz.", kHertz},
};

bool IsPolicyFolder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

class Cpufreq final : public Collector {
 public:
  explicit Cpufreq(const Paths& paths) : root_(paths.Sys("devices/system/cpu")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> cpus,
                             ListFolder(root_, [](std::string_view name) {
                               return NumberAfter(name, "cpu").has_value();
                             }));
    AttributeFamilies families(kAttributes, sink);
    FamilyRef governors =
        sink->Gauge("node_cpu_scaling_governor", "Current enabled CPU frequency governor.");
    for (const std::string& cpu : cpus) {
      const std::string folder = base::Concat({root_, "/", cpu, "/cpufreq/"});
      if (!IsPolicyFolder(folder)) continue;  // as most virtual machines have it
      const std::string_view number = std::string_view(cpu).substr(3);
      const LabelRef labels[] = {{"cpu", number}};
      families.AddPresent(folder, labels, &reader_);
      AddGovernors(folder, number, governors);
    }
    return base::Status();
  }

 private:
  void AddGovernors(const std::string& folder, std::string_view cpu, FamilyRef family) {
    const std::string current(reader_.Text(folder + "scaling_governor").value_or(""));
    if (current.empty()) return;
    const auto available = reader_.Text(folder + "scaling_available_governors");
    FieldScanner names(available.value_or(""));
    std::string_view name;
    while (names.Next(&name)) {
      family.Add(name == current ? 1 : 0, {{"cpu", cpu}, {"governor", name}});
    }
  }

  const std::string root_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeCpufreq(const CollectorContext& context) {
  return std::make_unique<Cpufreq>(context.options->paths);
}

}  // namespace vedette::exporters::node
