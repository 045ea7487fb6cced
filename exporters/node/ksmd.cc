// node_ksmd_* from /sys/kernel/mm/ksm.
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"

namespace vedette::exporters::node {
namespace {

struct KsmdRow {
  const char* file;
  FamilySpec family;
};
constexpr KsmdRow kKsmdRows[] = {
    {"full_scans", {"node_ksmd_full_scans_total", Kind::kCounter, "ksmd 'full_scans' file."}},
    {"merge_across_nodes",
     {"node_ksmd_merge_across_nodes", Kind::kGauge, "ksmd 'merge_across_nodes' file."}},
    {"pages_shared", {"node_ksmd_pages_shared", Kind::kGauge, "ksmd 'pages_shared' file."}},
    {"pages_sharing", {"node_ksmd_pages_sharing", Kind::kGauge, "ksmd 'pages_sharing' file."}},
    {"pages_to_scan", {"node_ksmd_pages_to_scan", Kind::kGauge, "ksmd 'pages_to_scan' file."}},
    {"pages_unshared", {"node_ksmd_pages_unshared", Kind::kGauge, "ksmd 'pages_unshared' file."}},
    {"pages_volatile", {"node_ksmd_pages_volatile", Kind::kGauge, "ksmd 'pages_volatile' file."}},
    {"run", {"node_ksmd_run", Kind::kGauge, "ksmd 'run' file."}},
    {"sleep_millisecs", {"node_ksmd_sleep_seconds", Kind::kGauge, "ksmd 'sleep_millisecs' file."}},
};

class Ksmd final : public Collector {
 public:
  explicit Ksmd(const Paths& paths) : folder_(paths.Sys("kernel/mm/ksm/")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    for (const KsmdRow& row : kKsmdRows) {
      VEDETTE_ASSIGN_OR_RETURN(const uint64_t number, file_.ReadUint(folder_ + row.file));
      auto value = static_cast<double>(number);
      if (std::string_view(row.file) == "sleep_millisecs") value /= 1000;
      OpenFamily(row.family, sink).Add(value);
    }
    return base::Status();
  }

 private:
  const std::string folder_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeKsmd(const CollectorContext& context) {
  return std::make_unique<Ksmd>(context.options->paths);
}

}  // namespace vedette::exporters::node
