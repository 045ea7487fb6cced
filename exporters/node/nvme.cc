// node_nvme_* from /sys/class/nvme.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

// The namespace's number in a name such as nvme0n1, or nvme0c0n1 where several paths lead to it;
// empty for any other name.
std::string_view NamespaceOf(std::string_view name, std::string_view device) {
  if (!base::StartsWith(name, device)) return "";
  name.remove_prefix(device.size());
  const size_t n = name.find('n');
  if (n == std::string_view::npos) return "";
  if (n != 0 && !NumberAfter(name.substr(0, n), "c")) return "";
  return NumberAfter(name.substr(n), "n").value_or("");
}

struct NamespaceFamilies {
  explicit NamespaceFamilies(FamilySink* sink)
      : info(sink->Gauge("node_nvme_namespace_info",
                         "Information about NVMe namespaces. Value is always 1")),
        capacity(sink->Gauge("node_nvme_namespace_capacity_bytes",
                             "Capacity of the NVMe namespace in bytes. Computed as namespace_size "
                             "* namespace_logical_block_size")),
        size(sink->Gauge("node_nvme_namespace_size_bytes",
                         "Size of the NVMe namespace in bytes. Available in "
                         "/sys/class/nvme/<device>/<namespace>/size")),
        used(sink->Gauge("node_nvme_namespace_used_bytes",
                         "Used space of the NVMe namespace in bytes. Available in "
                         "/sys/class/nvme/<device>/<namespace>/nuse")),
        block(sink->Gauge("node_nvme_namespace_logical_block_size_bytes",
                          "Logical block size of the NVMe namespace in bytes. Usually 4Kb. "
                          "Available in "
                          "/sys/class/nvme/<device>/<namespace>/queue/logical_block_size")) {}
  FamilyRef info;
  FamilyRef capacity;
  FamilyRef size;
  FamilyRef used;
  FamilyRef block;
};

class Nvme final : public Collector {
 public:
  explicit Nvme(const Paths& paths) : root_(paths.Sys("class/nvme")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto devices = ListFolder(root_, [](std::string_view) { return true; });
    if (!devices.ok()) return NoData(base::Message(devices.status()));
    NamespaceFamilies families(sink);
    FamilyRef info = sink->Gauge(
        "node_nvme_info", "Non-numeric data from /sys/class/nvme/<device>, value is always 1.");
    for (const std::string& device : *devices) {
      VEDETTE_RETURN_IF_ERROR(AddInfo(device, info));
      VEDETTE_RETURN_IF_ERROR(AddNamespaces(device, &families));
    }
    return base::Status();
  }

 private:
  base::Status AddInfo(const std::string& device, FamilyRef info) {
    const std::string folder = base::Concat({root_, "/", device, "/"});
    VEDETTE_ASSIGN_OR_RETURN(const std::string firmware,
                             reader_.RequiredText(folder + "firmware_rev"));
    VEDETTE_ASSIGN_OR_RETURN(const std::string model, reader_.RequiredText(folder + "model"));
    VEDETTE_ASSIGN_OR_RETURN(const std::string serial, reader_.RequiredText(folder + "serial"));
    VEDETTE_ASSIGN_OR_RETURN(const std::string state, reader_.RequiredText(folder + "state"));
    VEDETTE_ASSIGN_OR_RETURN(const std::string cntlid, reader_.RequiredText(folder + "cntlid"));
    info.Add(1, {{"cntlid", cntlid},
                 {"device", device},
                 {"firmware_revision", firmware},
                 {"model", model},
                 {"serial", serial},
                 {"state", state}});
    return base::Status();
  }

  base::Status AddNamespaces(const std::string& device, NamespaceFamilies* families) {
    const std::string folder = base::Concat({root_, "/", device, "/"});
    VEDETTE_ASSIGN_OR_RETURN(
        const std::vector<std::string> names,
        ListFolder(folder, [](std::string_view name) { return base::StartsWith(name, "nvme"); }));
    for (const std::string& name : names) {
      const std::string_view nsid = NamespaceOf(name, device);
      if (!nsid.empty()) AddNamespace(base::Concat({folder, name, "/"}), device, nsid, families);
    }
    return base::Status();
  }

  // Sizes are counted in logical blocks, as upstream counts them.
  void AddNamespace(const std::string& folder, std::string_view device, std::string_view nsid,
                    NamespaceFamilies* families) {
    const auto block = reader_.Number(folder + "queue/logical_block_size");
    const auto size = reader_.Number(folder + "size");
    if (!block || !size) return;
    const std::string ana_state(reader_.Text(folder + "ana_state").value_or("unknown"));
    families->info.Add(1, {{"ana_state", ana_state}, {"device", device}, {"nsid", nsid}});
    const LabelRef labels[] = {{"device", device}, {"nsid", nsid}};
    families->capacity.Add(*size * *block, labels);
    families->size.Add(*size * *block, labels);
    families->block.Add(*block, labels);
    if (const auto used = reader_.Number(folder + "nuse")) {
      families->used.Add(*used * *block, labels);
    }
  }

  const std::string root_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeNvme(const CollectorContext& context) {
  return std::make_unique<Nvme>(context.options->paths);
}

}  // namespace vedette::exporters::node
