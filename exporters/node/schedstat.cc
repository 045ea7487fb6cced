// node_schedstat_* from /proc/schedstat.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/family_table.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr FamilySpec kSchedFamilies[] = {
    {"node_schedstat_running_seconds_total", Kind::kCounter,
     "Number of seconds CPU spent running a process."},
    {"node_schedstat_waiting_seconds_total", Kind::kCounter,
     "Number of seconds spent by processing waiting for this CPU."},
    {"node_schedstat_timeslices_total", Kind::kCounter, "Number of timeslices executed by CPU."},
};
// The numbers of a CPU's line that come before these three.
constexpr int kSkipped = 6;
constexpr double kSchedNanosPerSecond = 1e9;

class Schedstat final : public Collector {
 public:
  explicit Schedstat(const Paths& paths) : path_(paths.Proc("schedstat")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto text = file_.Read(path_);
    if (!text.ok()) return AbsentIsNoData(text.status());
    std::vector<FamilyRef> families = OpenFamilies(kSchedFamilies, sink);
    LineScanner lines(*text);
    std::string_view line;
    while (lines.Next(&line)) {
      if (base::StartsWith(line, "cpu") && !AddCpu(line, &families)) {
        return Malformed(path_, "expected cpuN and nine numbers", line);
      }
    }
    return base::Status();
  }

 private:
  static bool AddCpu(std::string_view line, std::vector<FamilyRef>* families) {
    FieldScanner fields(line);
    std::string_view name;
    uint64_t number = 0;
    if (!fields.Next(&name) || !base::ParseUint(name.substr(3))) return false;
    for (int i = 0; i < kSkipped; ++i) {
      if (!fields.NextUint(&number)) return false;
    }
    uint64_t running = 0;
    uint64_t waiting = 0;
    uint64_t slices = 0;
    if (!fields.NextUint(&running) || !fields.NextUint(&waiting) || !fields.NextUint(&slices)) {
      return false;
    }
    const LabelRef cpu = {"cpu", name.substr(3)};
    (*families)[0].Add(static_cast<double>(running) / kSchedNanosPerSecond, {cpu});
    (*families)[1].Add(static_cast<double>(waiting) / kSchedNanosPerSecond, {cpu});
    (*families)[2].Add(static_cast<double>(slices), {cpu});
    return true;
  }

  const std::string path_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeSchedstat(const CollectorContext& context) {
  return std::make_unique<Schedstat>(context.options->paths);
}

}  // namespace vedette::exporters::node
