// node_drm_* from /sys/class/drm/cardN/device, for cards of the amdgpu driver.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/chip_name.h"
#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

struct DrmField {
  const char* file;
  const char* family;
  const char* help;
};
constexpr DrmField kDrmFields[] = {
    {"gpu_busy_percent", "node_drm_gpu_busy_percent", "How busy the GPU is as a percentage."},
    {"mem_info_gtt_total", "node_drm_memory_gtt_size_bytes",
     "The size of the graphics translation table (GTT) block in bytes."},
    {"mem_info_gtt_used", "node_drm_memory_gtt_used_bytes",
     "The used amount of the graphics translation table (GTT) block in bytes."},
    {"mem_info_vis_vram_total", "node_drm_memory_vis_vram_size_bytes",
     "The size of visible VRAM in bytes."},
    {"mem_info_vis_vram_used", "node_drm_memory_vis_vram_used_bytes",
     "The used amount of visible VRAM in bytes."},
    {"mem_info_vram_total", "node_drm_memory_vram_size_bytes", "The size of VRAM in bytes."},
    {"mem_info_vram_used", "node_drm_memory_vram_used_bytes", "The used amount of VRAM in bytes."},
};

bool IsAmdGpu(std::string_view uevent) {
  LineScanner lines(uevent);
  std::string_view line;
  while (lines.Next(&line)) {
    if (line == "DRIVER=amdgpu") return true;
  }
  return false;
}

class Drm final : public Collector {
 public:
  explicit Drm(const Paths& paths) : root_(paths.Sys("class/drm")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto cards = ListFolder(
        root_, [](std::string_view name) { return NumberAfter(name, "card").has_value(); });
    if (!cards.ok()) return base::Status();  // no graphics at all is no failure, as upstream
    for (const std::string& card : *cards) {
      const std::string folder = base::Concat({root_, "/", card, "/device/"});
      const auto uevent = reader_.Text(folder + "uevent");
      if (!uevent || !IsAmdGpu(*uevent)) continue;
      AddInfo(card, folder, sink);
      for (const DrmField& field : kDrmFields) {
        // What a card does not say is 0, as upstream.
        sink->Gauge(field.family, field.help)
            .Add(reader_.Number(folder + field.file).value_or(0), {{"card", card}});
      }
    }
    return base::Status();
  }

 private:
  void AddInfo(const std::string& card, const std::string& folder, FamilySink* sink) {
    const std::string vendor(reader_.Text(folder + "mem_info_vram_vendor").value_or(""));
    const std::string level(
        reader_.Text(folder + "power_dpm_force_performance_level").value_or(""));
    const std::string id(reader_.Text(folder + "unique_id").value_or(""));
    const std::string chip = ChipName(ResolveLink(base::Concat({root_, "/", card, "/device"})));
    std::vector<LabelRef> labels = {{"card", card},
                                    {"memory_vendor", vendor},
                                    {"power_performance_level", level},
                                    {"unique_id", id},
                                    {"vendor", "amd"}};
    if (!chip.empty()) labels.push_back({"chip", chip});
    sink->Gauge("node_drm_card_info", "Card information").Add(1, labels);
  }

  const std::string root_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeDrm(const CollectorContext& context) {
  return std::make_unique<Drm>(context.options->paths);
}

}  // namespace vedette::exporters::node
