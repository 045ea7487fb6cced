// Interrupts, context switches, forks, boot time and running processes from /proc/stat.
#include <array>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

struct Line {
  std::string_view key;
  const char* name;
  const char* help;
  bool is_counter;
};
constexpr Line kLines[] = {
    {"intr", "node_intr_total", "Total number of interrupts serviced.", true},
    {"ctxt", "node_context_switches_total", "Total number of context switches.", true},
    {"processes", "node_forks_total", "Total number of forks.", true},
    {"btime", "node_boot_time_seconds", "Node boot time, in unixtime.", false},
    {"procs_running", "node_procs_running", "Number of processes in runnable state.", false},
    {"procs_blocked", "node_procs_blocked",
     "Number of processes blocked waiting for I/O to complete.", false},
};

// In the order of the kernel's softirq line, after the total.
constexpr std::array<std::string_view, 10> kSoftirqs = {
    "hi",           "timer",   "net_tx", "net_rx",  "block",
    "block_iopoll", "tasklet", "sched",  "hrtimer", "rcu"};

class Stat final : public Collector {
 public:
  Stat(const Paths& paths, bool softirq) : path_(paths.Proc("stat")), softirq_(softirq) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    size_t found = 0;
    while (lines.Next(&line)) {
      FieldScanner fields(line);
      std::string_view key;
      if (!fields.Next(&key)) continue;
      if (key == "softirq" && softirq_) VEDETTE_RETURN_IF_ERROR(AddSoftirqs(line, fields, sink));
      for (const Line& known : kLines) {
        if (known.key != key) continue;
        VEDETTE_RETURN_IF_ERROR(AddLine(known, line, fields, sink));
        ++found;
      }
    }
    if (found == 0) return Malformed(path_, "expected lines such as btime", text);
    return base::Status();
  }

 private:
  base::Status AddLine(const Line& known, std::string_view line, FieldScanner fields,
                       FamilySink* sink) const {
    std::string_view number;
    const bool has_number = fields.Next(&number);
    const std::optional<uint64_t> value = base::ParseUint(number);
    if (!has_number || !value) return Malformed(path_, "expected a number", line);
    FamilyRef family = known.is_counter ? sink->Counter(known.name, known.help)
                                        : sink->Gauge(known.name, known.help);
    family.Add(static_cast<double>(*value));
    return base::Status();
  }

  base::Status AddSoftirqs(std::string_view line, FieldScanner fields, FamilySink* sink) const {
    FamilyRef family = sink->Counter("node_softirqs_total", "Number of softirq calls.");
    std::string_view number;
    fields.Next(&number);  // the total
    for (const std::string_view vector : kSoftirqs) {
      const bool has_number = fields.Next(&number);
      const std::optional<uint64_t> value = base::ParseUint(number);
      if (!has_number || !value) return Malformed(path_, "expected ten numbers", line);
      family.Add(static_cast<double>(*value), {{"vector", vector}});
    }
    return base::Status();
  }

  const std::string path_;
  const bool softirq_;
  SourceFile file_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeStat(const CollectorContext& context) {
  return std::make_unique<Stat>(context.options->paths, context.options->stat.softirq);
}

}  // namespace vedette::exporters::node
