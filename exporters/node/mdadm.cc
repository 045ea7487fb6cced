// node_md_* from /proc/mdstat and /sys/block/mdN/md.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/mdstat.h"

namespace vedette::exporters::node {
namespace {

constexpr const char* kArrayStates[] = {"active", "inactive", "recovering", "resync", "check"};

class Mdadm final : public Collector {
 public:
  explicit Mdadm(const Paths& paths)
      : mdstat_path_(paths.Proc("mdstat")), block_folder_(paths.Sys("block")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto text = file_.Read(mdstat_path_);
    if (!text.ok()) {
      return text.status().code() == absl::StatusCode::kNotFound
                 ? NoData(base::Message(text.status()))
                 : text.status();
    }
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<MdArray> arrays, ParseMdstat(*text, mdstat_path_));
    AddArrays(arrays, sink);
    return AddRaids(sink);
  }

 private:
  static void AddArrays(const std::vector<MdArray>& arrays, FamilySink* sink) {
    FamilyRef state = sink->Gauge("node_md_state", "Indicates the state of md-device.");
    FamilyRef disks =
        sink->Gauge("node_md_disks", "Number of active/failed/spare disks of device.");
    FamilyRef required = sink->Gauge("node_md_disks_required", "Total number of disks of device.");
    FamilyRef blocks = sink->Gauge("node_md_blocks", "Total number of blocks on device.");
    FamilyRef synced = sink->Gauge("node_md_blocks_synced", "Number of blocks synced on device.");
    for (const MdArray& array : arrays) {
      for (const char* name : kArrayStates) {
        state.Add(array.state == name ? 1 : 0, {{"device", array.device}, {"state", name}});
      }
      disks.Add(array.active, {{"device", array.device}, {"state", "active"}});
      disks.Add(array.failed, {{"device", array.device}, {"state", "failed"}});
      disks.Add(array.spare, {{"device", array.device}, {"state", "spare"}});
      required.Add(array.required, {{"device", array.device}});
      blocks.Add(array.blocks, {{"device", array.device}});
      synced.Add(array.blocks_synced, {{"device", array.device}});
    }
  }

  base::Status AddRaids(FamilySink* sink) {
    const auto devices = ListFolder(
        block_folder_, [](std::string_view name) { return base::StartsWith(name, "md"); });
    if (!devices.ok()) return base::Status();
    FamilyRef disks = sink->Gauge("node_md_raid_disks", "Number of raid disks on device.");
    FamilyRef degraded = sink->Gauge("node_md_degraded", "Number of degraded disks on device.");
    for (const std::string& device : *devices) {
      const std::string folder = base::Concat({block_folder_, "/", device, "/md/"});
      const std::string level(attributes_.Text(folder + "level").value_or(""));
      if (level.empty()) continue;  // not an array, or being stopped
      VEDETTE_ASSIGN_OR_RETURN(const uint64_t count,
                               attributes_.RequiredUint(folder + "raid_disks"));
      disks.Add(static_cast<double>(count), {{"device", device}});
      // raid0 and linear have nothing to lose before everything is lost: always 0.
      degraded.Add(attributes_.Number(folder + "degraded").value_or(0), {{"device", device}});
    }
    return base::Status();
  }

  const std::string mdstat_path_;
  const std::string block_folder_;
  SourceFile file_;
  AttributeReader attributes_;
};

}  // namespace

MadeCollector MakeMdadm(const CollectorContext& context) {
  return std::make_unique<Mdadm>(context.options->paths);
}

}  // namespace vedette::exporters::node
