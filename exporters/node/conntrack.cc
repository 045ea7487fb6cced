// node_nf_conntrack_* from /proc/sys/net/netfilter and /proc/net/stat/nf_conntrack.
#include <array>

#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// A statistic and its column, which are the same in every kernel that has the file.
struct ConntrackRow {
  size_t column;
  FamilySpec family;
};
constexpr ConntrackRow kConntrackRows[] = {
    {2,
     {"node_nf_conntrack_stat_found", Kind::kGauge,
      "Number of searched entries which were successful."}},
    {4,
     {"node_nf_conntrack_stat_invalid", Kind::kGauge,
      "Number of packets seen which can not be tracked."}},
    {5,
     {"node_nf_conntrack_stat_ignore", Kind::kGauge,
      "Number of packets seen which are already connected to a conntrack entry."}},
    {8,
     {"node_nf_conntrack_stat_insert", Kind::kGauge, "Number of entries inserted into the list."}},
    {9,
     {"node_nf_conntrack_stat_insert_failed", Kind::kGauge,
      "Number of entries for which list insertion was attempted but failed."}},
    {10,
     {"node_nf_conntrack_stat_drop", Kind::kGauge,
      "Number of packets dropped due to conntrack failure."}},
    {11,
     {"node_nf_conntrack_stat_early_drop", Kind::kGauge,
      "Number of dropped conntrack entries to make room for new ones, if maximum table size was "
      "reached."}},
    {16,
     {"node_nf_conntrack_stat_search_restart", Kind::kGauge,
      "Number of conntrack table lookups which had to be restarted due to hashtable resizes."}},
};
constexpr size_t kConntrackColumns = 17;

class Conntrack final : public Collector {
 public:
  explicit Conntrack(const Paths& paths)
      : count_path_(paths.Proc("sys/net/netfilter/nf_conntrack_count")),
        max_path_(paths.Proc("sys/net/netfilter/nf_conntrack_max")),
        stat_path_(paths.Proc("net/stat/nf_conntrack")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto count = count_.ReadUint(count_path_);
    if (!count.ok()) return AbsentIsNoData(count.status());
    sink->Gauge("node_nf_conntrack_entries",
                "Number of currently allocated flow entries for connection tracking.")
        .Add(static_cast<double>(*count));
    const auto max = max_.ReadUint(max_path_);
    if (!max.ok()) return AbsentIsNoData(max.status());
    sink->Gauge("node_nf_conntrack_entries_limit", "Maximum size of connection tracking table.")
        .Add(static_cast<double>(*max));
    return AddStatistics(sink);
  }

 private:
  // One line a CPU after the heading; the sums are exposed.
  base::Status AddStatistics(FamilySink* sink) {
    const auto text = stat_.Read(stat_path_);
    if (!text.ok()) return AbsentIsNoData(text.status());
    std::array<uint64_t, std::size(kConntrackRows)> sums{};
    LineScanner lines(*text);
    std::string_view line;
    lines.Next(&line);
    while (lines.Next(&line)) {
      if (!ParseHexFields(line, &numbers_) || numbers_.size() < kConntrackColumns) {
        return Malformed(stat_path_, "expected 17 hexadecimal numbers", line);
      }
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += numbers_[kConntrackRows[i].column];
    }
    for (size_t i = 0; i < sums.size(); ++i) {
      OpenFamily(kConntrackRows[i].family, sink).Add(static_cast<double>(sums[i]));
    }
    return base::Status();
  }

  const std::string count_path_;
  const std::string max_path_;
  const std::string stat_path_;
  SourceFile count_{SourceFile::Records::kShort};
  SourceFile max_{SourceFile::Records::kShort};
  SourceFile stat_{SourceFile::Records::kShort};
  std::vector<uint64_t> numbers_;
};

}  // namespace

MadeCollector MakeConntrack(const CollectorContext& context) {
  return std::make_unique<Conntrack>(context.options->paths);
}

}  // namespace vedette::exporters::node
