// node_selinux_* from /sys/fs/selinux and /etc/selinux/config.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr double kDisabled = -1;
constexpr double kPermissive = 0;
constexpr double kEnforcing = 1;

// "SELINUX=enforcing" among comments and other settings.
double ConfiguredMode(std::string_view config) {
  LineScanner lines(config);
  std::string_view line;
  while (lines.Next(&line)) {
    line = base::Trim(line);
    if (!base::StartsWith(line, "SELINUX=")) continue;
    const std::string_view mode = base::Trim(line.substr(8));
    if (mode == "enforcing") return kEnforcing;
    if (mode == "permissive") return kPermissive;
  }
  return kDisabled;
}

class Selinux final : public Collector {
 public:
  explicit Selinux(const Paths& paths)
      : enforce_path_(paths.Sys("fs/selinux/enforce")),
        config_path_(paths.Root("/etc/selinux/config")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto enforce = reader_.Number(enforce_path_);
    sink->Gauge("node_selinux_enabled", "SELinux is enabled, 1 is true, 0 is false")
        .Add(enforce ? 1 : 0);
    if (!enforce) return base::Status();
    sink->Gauge("node_selinux_config_mode", "Configured SELinux enforcement mode")
        .Add(ConfiguredMode(reader_.Text(config_path_).value_or("")));
    sink->Gauge("node_selinux_current_mode", "Current SELinux enforcement mode").Add(*enforce);
    return base::Status();
  }

 private:
  const std::string enforce_path_;
  const std::string config_path_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeSelinux(const CollectorContext& context) {
  return std::make_unique<Selinux>(context.options->paths);
}

}  // namespace vedette::exporters::node
