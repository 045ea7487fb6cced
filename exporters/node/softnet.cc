// node_softnet_* from /proc/net/softnet_stat.
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// A statistic and its column. Older kernels have fewer columns: what they lack is 0.
struct SoftnetRow {
  size_t column;
  FamilySpec family;
};
constexpr SoftnetRow kSoftnetRows[] = {
    {0, {"node_softnet_processed_total", Kind::kCounter, "Number of processed packets"}},
    {1, {"node_softnet_dropped_total", Kind::kCounter, "Number of dropped packets"}},
    {2,
     {"node_softnet_times_squeezed_total", Kind::kCounter,
      "Number of times processing packets ran out of quota"}},
    {8,
     {"node_softnet_cpu_collision_total", Kind::kCounter,
      "Number of collision occur while obtaining device lock while transmitting"}},
    {9,
     {"node_softnet_received_rps_total", Kind::kCounter,
      "Number of times cpu woken up received_rps"}},
    {10,
     {"node_softnet_flow_limit_count_total", Kind::kCounter,
      "Number of times flow limit has been reached"}},
    {11, {"node_softnet_backlog_len", Kind::kGauge, "Softnet backlog status"}},
};
constexpr size_t kSoftnetMinColumns = 9;
// From here on the CPU's own number stands in the line; lines of offline CPUs are missing.
constexpr size_t kCpuColumn = 12;

class Softnet final : public Collector {
 public:
  explicit Softnet(const Paths& paths) : path_(paths.Proc("net/softnet_stat")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    std::vector<FamilyRef> families;
    for (const SoftnetRow& row : kSoftnetRows) families.push_back(OpenFamily(row.family, sink));
    LineScanner lines(text);
    std::string_view line;
    for (uint64_t cpu = 0; lines.Next(&line); ++cpu) {
      if (!ParseHexFields(line, &numbers_) || numbers_.size() < kSoftnetMinColumns) {
        return Malformed(path_, "expected nine or more hexadecimal numbers", line);
      }
      Add(numbers_.size() > kCpuColumn ? numbers_[kCpuColumn] : cpu, &families);
    }
    return base::Status();
  }

 private:
  void Add(uint64_t cpu, std::vector<FamilyRef>* families) const {
    const std::string label = std::to_string(cpu);
    for (size_t i = 0; i < families->size(); ++i) {
      const size_t column = kSoftnetRows[i].column;
      const uint64_t value = column < numbers_.size() ? numbers_[column] : 0;
      (*families)[i].Add(static_cast<double>(value), {{"cpu", label}});
    }
  }

  const std::string path_;
  SourceFile file_{SourceFile::Records::kShort};
  std::vector<uint64_t> numbers_;
};

}  // namespace

MadeCollector MakeSoftnet(const CollectorContext& context) {
  return std::make_unique<Softnet>(context.options->paths);
}

}  // namespace vedette::exporters::node
