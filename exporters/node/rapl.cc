// node_rapl_* from /sys/class/powercap.
#include <cerrno>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/metric_name.h"

namespace vedette::exporters::node {
namespace {

constexpr double kMicro = 1e6;

// "intel-rapl:0:1" is a zone; "intel-rapl" is what holds the zones.
bool IsZone(std::string_view name) { return base::StartsWith(name, "intel-rapl:"); }

// A zone's name without the number it may end in: package-0 is zone package, index 0. A name
// without one takes its index from the folder's.
struct ZoneName {
  std::string name;
  std::string index;
};
ZoneName SplitName(std::string_view name, std::string_view folder) {
  const size_t dash = name.rfind('-');
  if (dash != std::string_view::npos) {
    if (const auto index = NumberAfter(name.substr(dash), "-")) {
      return {std::string(name.substr(0, dash)), std::string(*index)};
    }
  }
  return {std::string(name), std::string(folder.substr(folder.rfind(':') + 1))};
}

class Rapl final : public Collector {
 public:
  explicit Rapl(const NodeOptions& options)
      : root_(options.paths.Sys("class/powercap")), zone_label_(options.rapl.zone_label) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto zones = ListFolder(root_, &IsZone);
    if (!zones.ok()) return NoData(base::Message(zones.status()));
    for (const std::string& zone : *zones) VEDETTE_RETURN_IF_ERROR(AddZone(zone, sink));
    return base::Status();
  }

 private:
  base::Status AddZone(const std::string& folder, FamilySink* sink) {
    const std::string path = base::Concat({root_, "/", folder});
    const auto name = reader_.Text(path + "/name");
    if (!name) return base::Status();
    const ZoneName zone = SplitName(*name, folder);
    const auto energy = reader_.Number(path + "/energy_uj");
    // Since Linux 5.10 root alone may read it.
    if (!energy) return NoData(path + "/energy_uj cannot be read");
    const double joules = *energy / kMicro;
    if (zone_label_) {
      sink->Counter("node_rapl_joules_total", "Current RAPL value in joules")
          .Add(joules, {{"index", zone.index}, {"path", path}, {"rapl_zone", zone.name}});
    } else {
      sink->Counter(base::Concat({"node_rapl_", ToMetricName(zone.name), "_joules_total"}),
                    base::Concat({"Current RAPL ", zone.name, " value in joules"}))
          .Add(joules, {{"index", zone.index}, {"path", path}});
    }
    return base::Status();
  }

  const std::string root_;
  const bool zone_label_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeRapl(const CollectorContext& context) {
  return std::make_unique<Rapl>(*context.options);
}

}  // namespace vedette::exporters::node
