// node_slabinfo_* from /proc/slabinfo, which only root can read.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// In the order of the file's columns.
constexpr FamilySpec kFamilies[] = {
    {"node_slabinfo_active_objects", Kind::kGauge,
     "The number of objects that are currently active (i.e., in use)."},
    {"node_slabinfo_objects", Kind::kGauge,
     "The total number of allocated objects (i.e., objects that are both in use and not in use)."},
    {"node_slabinfo_object_size_bytes", Kind::kGauge,
     "The size of objects in this slab, in bytes."},
    {"node_slabinfo_objects_per_slab", Kind::kGauge, "The number of objects stored in each slab."},
    {"node_slabinfo_pages_per_slab", Kind::kGauge, "The number of pages allocated for each slab."},
};

class Slabinfo final : public Collector {
 public:
  Slabinfo(const Paths& paths, DeviceFilter include, DeviceFilter exclude)
      : path_(paths.Proc("slabinfo")), include_(std::move(include)), exclude_(std::move(exclude)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    std::vector<FamilyRef> families = OpenFamilies(kFamilies, sink);
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      if (base::StartsWith(line, "slabinfo") || base::StartsWith(line, "#")) continue;
      if (!AddSlab(line, &families)) {
        return Malformed(path_, "expected NAME and five numbers", line);
      }
    }
    return base::Status();
  }

 private:
  bool AddSlab(std::string_view line, std::vector<FamilyRef>* families) const {
    FieldScanner fields(line);
    std::string_view slab;
    if (!fields.Next(&slab)) return false;
    const bool is_shown = !exclude_.Ignores(slab) && !include_.Ignores(slab);
    for (FamilyRef& family : *families) {
      uint64_t number = 0;
      if (!fields.NextUint(&number)) return false;
      if (is_shown) family.Add(static_cast<double>(number), {{"slab", slab}});
    }
    return true;
  }

  const std::string path_;
  const DeviceFilter include_;
  const DeviceFilter exclude_;
  SourceFile file_;
};

}  // namespace

// Both patterns may be given here, unlike elsewhere.
MadeCollector MakeSlabinfo(const CollectorContext& context) {
  const NodeOptions::Slabinfo& options = context.options->slabinfo;
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter include, DeviceFilter::Make({options.include, {}}, "",
                                                                    "collector.slabinfo.slabs"));
  VEDETTE_ASSIGN_OR_RETURN(DeviceFilter exclude, DeviceFilter::Make({{}, options.exclude}, "",
                                                                    "collector.slabinfo.slabs"));
  return std::make_unique<Slabinfo>(context.options->paths, std::move(include), std::move(exclude));
}

}  // namespace vedette::exporters::node
