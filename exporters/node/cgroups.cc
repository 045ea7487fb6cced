// node_cgroups_* from /proc/cgroups.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Cgroups final : public Collector {
 public:
  explicit Cgroups(const Paths& paths) : path_(paths.Proc("cgroups")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    FamilyRef groups =
        sink->Gauge("node_cgroups_cgroups", "Current cgroup number of the subsystem.");
    FamilyRef enabled =
        sink->Gauge("node_cgroups_enabled", "Current cgroup number of the subsystem.");
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      if (base::StartsWith(line, "#")) continue;
      FieldScanner fields(line);
      std::string_view name;
      uint64_t hierarchy = 0;
      uint64_t count = 0;
      uint64_t is_enabled = 0;
      if (!fields.Next(&name) || !fields.NextUint(&hierarchy) || !fields.NextUint(&count) ||
          !fields.NextUint(&is_enabled)) {
        return Malformed(path_, "expected NAME and three numbers", line);
      }
      groups.Add(static_cast<double>(count), {{"subsys_name", name}});
      enabled.Add(is_enabled == 0 ? 0 : 1, {{"subsys_name", name}});
    }
    return base::Status();
  }

 private:
  const std::string path_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeCgroups(const CollectorContext& context) {
  return std::make_unique<Cgroups>(context.options->paths);
}

}  // namespace vedette::exporters::node
