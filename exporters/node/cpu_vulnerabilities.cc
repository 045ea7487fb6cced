// node_cpu_vulnerabilities_info from /sys/devices/system/cpu/vulnerabilities.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

struct Verdict {
  std::string_view state;
  std::string_view mitigation;
};

// "Not affected", "Vulnerable", "Vulnerable: WHY", "Mitigation: HOW". Anything else, such as
// "Unknown: Dependent on hypervisor status", upstream fails on.
Verdict ParseVerdict(std::string_view text) {
  if (base::StartsWith(text, "Not affected")) return {"not affected", ""};
  for (const auto& [start, state] :
       {std::pair<std::string_view, std::string_view>{"Vulnerable", "vulnerable"},
        {"Mitigation", "mitigation"}}) {
    if (!base::StartsWith(text, start)) continue;
    std::string_view rest = text.substr(start.size());
    if (base::StartsWith(rest, ":")) rest.remove_prefix(1);
    return {state, base::Trim(rest)};
  }
  return {"unknown", text};
}

class CpuVulnerabilities final : public Collector {
 public:
  explicit CpuVulnerabilities(const Paths& paths)
      : folder_(paths.Sys("devices/system/cpu/vulnerabilities")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                             ListFolder(folder_, [](std::string_view) { return true; }));
    FamilyRef info = sink->Gauge(
        "node_cpu_vulnerabilities_info",
        "Details of each CPU vulnerability reported by sysfs. The value of the series is an int "
        "encoded state of the vulnerability. The same state is stored as a string in the label");
    for (const std::string& name : names) {
      VEDETTE_ASSIGN_OR_RETURN(const std::string text, reader_.RequiredText(folder_ + "/" + name));
      const Verdict verdict = ParseVerdict(text);
      info.Add(1,
               {{"codename", name}, {"state", verdict.state}, {"mitigation", verdict.mitigation}});
    }
    return base::Status();
  }

 private:
  const std::string folder_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeCpuVulnerabilities(const CollectorContext& context) {
  return std::make_unique<CpuVulnerabilities>(context.options->paths);
}

}  // namespace vedette::exporters::node
