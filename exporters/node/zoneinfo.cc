// node_zoneinfo_* from /proc/zoneinfo.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

struct ZoneinfoRow {
  std::string_view key;
  FamilySpec family;
};
constexpr ZoneinfoRow kZoneinfoRows[] = {
    {"high", {"node_zoneinfo_high_pages", Kind::kGauge, "Zone watermark pages_high"}},
    {"low", {"node_zoneinfo_low_pages", Kind::kGauge, "Zone watermark pages_low"}},
    {"managed",
     {"node_zoneinfo_managed_pages", Kind::kGauge, "Present pages managed by the buddy system"}},
    {"min", {"node_zoneinfo_min_pages", Kind::kGauge, "Zone watermark pages_min"}},
    {"nr_active_anon",
     {"node_zoneinfo_nr_active_anon_pages", Kind::kGauge,
      "Number of anonymous pages recently more used"}},
    {"nr_active_file",
     {"node_zoneinfo_nr_active_file_pages", Kind::kGauge,
      "Number of active pages with file-backing"}},
    {"nr_anon_pages",
     {"node_zoneinfo_nr_anon_pages", Kind::kGauge,
      "Number of anonymous pages currently used by the system"}},
    {"nr_anon_transparent_hugepages",
     {"node_zoneinfo_nr_anon_transparent_hugepages", Kind::kGauge,
      "Number of anonymous transparent huge pages currently used by the system"}},
    {"nr_dirtied",
     {"node_zoneinfo_nr_dirtied_total", Kind::kCounter, "Page dirtyings since bootup"}},
    {"nr_dirty", {"node_zoneinfo_nr_dirty_pages", Kind::kGauge, "Number of dirty pages"}},
    {"nr_file_pages", {"node_zoneinfo_nr_file_pages", Kind::kGauge, "Number of file pages"}},
    {"nr_free_pages",
     {"node_zoneinfo_nr_free_pages", Kind::kGauge, "Total number of free pages in the zone"}},
    {"nr_inactive_anon",
     {"node_zoneinfo_nr_inactive_anon_pages", Kind::kGauge,
      "Number of anonymous pages recently less used"}},
    {"nr_inactive_file",
     {"node_zoneinfo_nr_inactive_file_pages", Kind::kGauge,
      "Number of inactive pages with file-backing"}},
    {"nr_isolated_anon",
     {"node_zoneinfo_nr_isolated_anon_pages", Kind::kGauge,
      "Temporary isolated pages from anon lru"}},
    {"nr_isolated_file",
     {"node_zoneinfo_nr_isolated_file_pages", Kind::kGauge,
      "Temporary isolated pages from file lru"}},
    {"nr_kernel_stack",
     {"node_zoneinfo_nr_kernel_stacks", Kind::kGauge, "Number of kernel stacks"}},
    {"nr_mapped", {"node_zoneinfo_nr_mapped_pages", Kind::kGauge, "Number of mapped pages"}},
    {"nr_mlock_stack",
     {"node_zoneinfo_nr_mlock_stack_pages", Kind::kGauge,
      "mlock()ed pages found and moved off LRU"}},
    {"nr_shmem",
     {"node_zoneinfo_nr_shmem_pages", Kind::kGauge,
      "Number of shmem pages (included tmpfs/GEM pages)"}},
    {"nr_slab_reclaimable",
     {"node_zoneinfo_nr_slab_reclaimable_pages", Kind::kGauge, "Number of reclaimable slab pages"}},
    {"nr_slab_unreclaimable",
     {"node_zoneinfo_nr_slab_unreclaimable_pages", Kind::kGauge,
      "Number of unreclaimable slab pages"}},
    {"nr_unevictable",
     {"node_zoneinfo_nr_unevictable_pages", Kind::kGauge, "Number of unevictable pages"}},
    {"nr_writeback",
     {"node_zoneinfo_nr_writeback_pages", Kind::kGauge, "Number of writeback pages"}},
    {"nr_written",
     {"node_zoneinfo_nr_written_total", Kind::kCounter, "Page writings since bootup"}},
    {"numa_foreign",
     {"node_zoneinfo_numa_foreign_total", Kind::kCounter, "Was intended here, hit elsewhere"}},
    {"numa_hit", {"node_zoneinfo_numa_hit_total", Kind::kCounter, "Allocated in intended node"}},
    {"numa_interleave",
     {"node_zoneinfo_numa_interleave_total", Kind::kCounter, "Interleaver preferred this zone"}},
    {"numa_local",
     {"node_zoneinfo_numa_local_total", Kind::kCounter, "Allocation from local node"}},
    {"numa_miss",
     {"node_zoneinfo_numa_miss_total", Kind::kCounter, "Allocated in non intended node"}},
    {"numa_other",
     {"node_zoneinfo_numa_other_total", Kind::kCounter, "Allocation from other node"}},
    {"present",
     {"node_zoneinfo_present_pages", Kind::kGauge, "Physical pages existing within the zone"}},
    {"scanned", {"node_zoneinfo_scanned_pages", Kind::kGauge, "Pages scanned since last reclaim"}},
    {"spanned",
     {"node_zoneinfo_spanned_pages", Kind::kGauge,
      "Total pages spanned by the zone, including holes"}},
};

class Zoneinfo final : public Collector {
 public:
  explicit Zoneinfo(const Paths& paths) : path_(paths.Proc("zoneinfo")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    Zone zone;
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      if (base::StartsWith(line, "Node ")) {
        Expose(zone, sink);
        if (!Begin(line, &zone)) return Malformed(path_, "expected Node N, zone NAME", line);
      } else {
        VEDETTE_RETURN_IF_ERROR(AddLine(line, &zone));
      }
    }
    if (zone.name.empty()) return Malformed(path_, "expected Node N, zone NAME", text);
    Expose(zone, sink);
    return base::Status();
  }

 private:
  struct Zone {
    std::string_view node;
    std::string_view name;
    // Some keys stand twice; the later one, such as a CPU's "high", is told by its colon.
    std::array<std::optional<int64_t>, std::size(kZoneinfoRows)> values;
    std::vector<int64_t> protection;
  };

  // "Node 0, zone      DMA"
  static bool Begin(std::string_view line, Zone* zone) {
    FieldScanner fields(line);
    std::string_view word;
    *zone = Zone();
    if (!fields.Next(&word) || !fields.Next(&zone->node) || !fields.Next(&word) || word != "zone" ||
        !fields.Next(&zone->name) || !base::EndsWith(zone->node, ",")) {
      return false;
    }
    zone->node.remove_suffix(1);
    return true;
  }

  base::Status AddLine(std::string_view line, Zone* zone) const {
    FieldScanner fields(line);
    std::string_view key;
    std::string_view number;
    if (!fields.Next(&key) || !fields.Next(&number)) return base::Status();
    if (key == "protection:") return AddProtection(line, zone);
    const auto row = std::find_if(std::begin(kZoneinfoRows), std::end(kZoneinfoRows),
                                  [key](const ZoneinfoRow& known) { return known.key == key; });
    if (row == std::end(kZoneinfoRows)) return base::Status();
    const std::optional<int64_t> value = base::ParseInt(number);
    if (!value) return Malformed(path_, "expected a number", line);
    zone->values[static_cast<size_t>(row - std::begin(kZoneinfoRows))] = value;
    return base::Status();
  }

  // "protection: (0, 2039, 31932)"
  base::Status AddProtection(std::string_view line, Zone* zone) const {
    const size_t begin = line.find('(');
    const size_t end = line.find(')');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
      return Malformed(path_, "expected (N, N)", line);
    }
    for (const std::string_view part : base::Split(line.substr(begin + 1, end - begin - 1), ',')) {
      const std::optional<int64_t> value = base::ParseInt(base::Trim(part));
      if (!value) return Malformed(path_, "expected (N, N)", line);
      zone->protection.push_back(*value);
    }
    return base::Status();
  }

  static void Expose(const Zone& zone, FamilySink* sink) {
    const std::initializer_list<LabelRef> labels = {{"node", zone.node}, {"zone", zone.name}};
    for (size_t i = 0; i < zone.values.size(); ++i) {
      if (!zone.values[i]) continue;
      OpenFamily(kZoneinfoRows[i].family, sink).Add(static_cast<double>(*zone.values[i]), labels);
    }
    for (size_t i = 0; i < zone.protection.size(); ++i) {
      const std::string number = std::to_string(i);
      sink->Gauge("node_zoneinfo_protection_" + number,
                  base::Concat({"Protection array ", number, ". field"}))
          .Add(static_cast<double>(zone.protection[i]), labels);
    }
  }

  const std::string path_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeZoneinfo(const CollectorContext& context) {
  return std::make_unique<Zoneinfo>(context.options->paths);
}

}  // namespace vedette::exporters::node
