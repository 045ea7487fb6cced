// node_bonding_* from /sys/class/net/bonding_masters and the folders of the masters.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Bonding final : public Collector {
 public:
  explicit Bonding(const Paths& paths) : folder_(paths.Sys("class/net/")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto text = masters_.Read(folder_ + "bonding_masters");
    if (!text.ok()) return AbsentIsNoData(text.status());
    FamilyRef slaves =
        sink->Gauge("node_bonding_slaves", "Number of configured slaves per bonding interface.");
    FamilyRef active =
        sink->Gauge("node_bonding_active", "Number of active slaves per bonding interface.");
    FieldScanner masters(base::Trim(*text));
    std::string_view master;
    while (masters.Next(&master)) {
      VEDETTE_ASSIGN_OR_RETURN(const Counts counts, CountSlaves(master));
      slaves.Add(counts.all, {{"master", master}});
      active.Add(counts.up, {{"master", master}});
    }
    return base::Status();
  }

 private:
  struct Counts {
    double all = 0;
    double up = 0;
  };

  base::StatusOr<Counts> CountSlaves(std::string_view master) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text,
                             slaves_.Read(base::Concat({folder_, master, "/bonding/slaves"})));
    Counts counts;
    FieldScanner slaves(base::Trim(text));
    std::string_view slave;
    while (slaves.Next(&slave)) {
      VEDETTE_ASSIGN_OR_RETURN(const bool is_up, IsUp(master, slave));
      counts.all += 1;
      counts.up += is_up ? 1 : 0;
    }
    return counts;
  }

  // The folder of a slave was called slave_NAME before Linux 3.9.
  base::StatusOr<bool> IsUp(std::string_view master, std::string_view slave) {
    auto state =
        state_.Read(base::Concat({folder_, master, "/lower_", slave, "/bonding_slave/mii_status"}));
    if (!state.ok()) {
      state = state_.Read(
          base::Concat({folder_, master, "/slave_", slave, "/bonding_slave/mii_status"}));
    }
    if (!state.ok()) return state.status();
    return base::Trim(*state) == "up";
  }

  const std::string folder_;
  SourceFile masters_;
  SourceFile slaves_;
  SourceFile state_;
};

}  // namespace

MadeCollector MakeBonding(const CollectorContext& context) {
  return std::make_unique<Bonding>(context.options->paths);
}

}  // namespace vedette::exporters::node
