// node_cpu_seconds_total and node_cpu_guest_seconds_total from /proc/stat; with cpu_info and
// cpu_throttle everything else of node_cpu_*.
#include <array>
#include <map>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/cpu_info.h"
#include "exporters/node/cpu_throttle.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// In the order of the kernel's line. The last two are already inside user and nice.
constexpr std::array<std::string_view, 10> kModes = {
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"};
constexpr size_t kIdle = 3;
constexpr size_t kGuest = 8;
constexpr size_t kGuestNice = 9;
// The kernel reports in USER_HZ, which is 100 on every architecture we run on.
constexpr double kUserHz = 100;
// An idle counter that falls by this much is another CPU in its place, not a reading error.
constexpr double kHotplugSeconds = 3;

using Seconds = std::array<double, kModes.size()>;

// Takes a reading over, mode by mode, as long as it does not fall: the kernel's counters waver
// downwards now and then, and a counter that falls looks like a restart to rate().
void Advance(const Seconds& reading, Seconds* kept) {
  if ((*kept)[kIdle] - reading[kIdle] >= kHotplugSeconds) *kept = Seconds{};
  for (size_t i = 0; i < reading.size(); ++i) {
    if (reading[i] >= (*kept)[i]) (*kept)[i] = reading[i];
  }
}

class Cpu final : public Collector {
 public:
  Cpu(const NodeOptions& options, std::unique_ptr<CpuInfo> info)
      : path_(options.paths.Proc("stat")),
        guest_(options.cpu.guest),
        info_(std::move(info)),
        throttle_(options.paths) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    if (info_) VEDETTE_RETURN_IF_ERROR(info_->Collect(sink));
    VEDETTE_RETURN_IF_ERROR(ReadStat());
    AddSeconds(sink);
    throttle_.CollectIsolated(sink);
    throttle_.Collect(cpus_, sink);
    return base::Status();
  }

 private:
  base::Status ReadStat() {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    cpus_ = 0;
    while (lines.Next(&line)) {
      // The sum over all CPUs, "cpu ", is left to whoever asks.
      if (!base::StartsWith(line, "cpu") || base::StartsWith(line, "cpu ")) continue;
      VEDETTE_RETURN_IF_ERROR(ReadLine(line));
      ++cpus_;
    }
    if (cpus_ == 0) return Malformed(path_, "expected lines cpuN", text);
    return base::Status();
  }

  base::Status ReadLine(std::string_view line) {
    FieldScanner fields(line);
    std::string_view field;
    fields.Next(&field);
    const std::optional<uint64_t> cpu = base::ParseUint(field.substr(3));
    if (!cpu) return Malformed(path_, "expected cpuN", line);
    Seconds reading{};
    size_t count = 0;
    while (count < reading.size() && fields.Next(&field)) {
      const std::optional<uint64_t> ticks = base::ParseUint(field);
      if (!ticks) return Malformed(path_, "expected a number", line);
      reading[count++] = static_cast<double>(*ticks) / kUserHz;
    }
    if (count == 0) return Malformed(path_, "expected numbers", line);
    Advance(reading, &kept_[*cpu]);
    return base::Status();
  }

  void AddSeconds(FamilySink* sink) const {
    FamilyRef seconds =
        sink->Counter("node_cpu_seconds_total", "Seconds the CPUs spent in each mode.");
    FamilyRef guest = sink->Counter("node_cpu_guest_seconds_total",
                                    "Seconds the CPUs spent in guests (VMs) for each mode.");
    for (const auto& [cpu, modes] : kept_) {
      const std::string number = std::to_string(cpu);
      for (size_t i = 0; i < kGuest; ++i) {
        seconds.Add(modes[i], {{"cpu", number}, {"mode", kModes[i]}});
      }
      if (!guest_) continue;
      guest.Add(modes[kGuest], {{"cpu", number}, {"mode", "user"}});
      guest.Add(modes[kGuestNice], {{"cpu", number}, {"mode", "nice"}});
    }
  }

  const std::string path_;
  const bool guest_;
  const std::unique_ptr<CpuInfo> info_;  // null: --no-collector.cpu.info
  CpuThrottle throttle_;
  size_t cpus_ = 0;                   // that were there at the last reading
  std::map<uint64_t, Seconds> kept_;  // the highest of each counter, over all scrapes
  SourceFile file_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeCpu(const CollectorContext& context) {
  const NodeOptions& options = *context.options;
  std::unique_ptr<CpuInfo> info;
  if (options.cpu.info || !options.cpu.flags_include.empty() || !options.cpu.bugs_include.empty()) {
    VEDETTE_ASSIGN_OR_RETURN(info, CpuInfo::Make(options));
  }
  return std::make_unique<Cpu>(options, std::move(info));
}

}  // namespace vedette::exporters::node
