// node_pressure_* from /proc/pressure/{cpu,io,memory,irq}.
#include <array>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

struct PressureFamily {
  const char* name;
  const char* help;
};

// A resource and what its lines become. The kernel's "full" line for cpu means nothing system-wide;
// irq has no "some" line and is missing where the kernel does not account interrupt time.
struct Resource {
  const char* name;
  PressureFamily some;
  PressureFamily full;
  bool optional;
};
constexpr PressureFamily kNone = {nullptr, nullptr};
constexpr Resource kResources[] = {
    {"cpu",
     {"node_pressure_cpu_waiting_seconds_total",
      "Total time in seconds that processes have waited for CPU time"},
     kNone,
     false},
    {"io",
     {"node_pressure_io_waiting_seconds_total",
      "Total time in seconds that processes have waited due to IO congestion"},
     {"node_pressure_io_stalled_seconds_total",
      "Total time in seconds no process could make progress due to IO congestion"},
     false},
    {"memory",
     {"node_pressure_memory_waiting_seconds_total",
      "Total time in seconds that processes have waited for memory"},
     {"node_pressure_memory_stalled_seconds_total",
      "Total time in seconds no process could make progress due to memory congestion"},
     false},
    {"irq",
     kNone,
     {"node_pressure_irq_stalled_seconds_total",
      "Total time in seconds no process could make progress due to IRQ congestion"},
     true},
};

// The microseconds of "some avg10=0.00 avg60=0.00 avg300=0.00 total=14036781".
std::optional<uint64_t> TotalMicros(std::string_view line) {
  constexpr std::string_view kTotal = " total=";
  const size_t at = line.rfind(kTotal);
  if (at == std::string_view::npos) return std::nullopt;
  return base::ParseUint(base::Trim(line.substr(at + kTotal.size())));
}

class Pressure final : public Collector {
 public:
  explicit Pressure(const Paths& paths) : folder_(paths.Proc("pressure")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    for (size_t i = 0; i < std::size(kResources); ++i) {
      const Resource& resource = kResources[i];
      const std::string path = folder_ + "/" + resource.name;
      const auto text = files_[i].Read(path);
      if (!text.ok() && resource.optional) continue;
      // A kernel without pressure accounting, or one where it is switched off (EOPNOTSUPP).
      if (!text.ok()) return NoData(base::Message(text.status()));
      VEDETTE_RETURN_IF_ERROR(AddResource(resource, path, *text, sink));
    }
    return base::Status();
  }

 private:
  static base::Status AddResource(const Resource& resource, const std::string& path,
                                  std::string_view text, FamilySink* sink) {
    LineScanner lines(text);
    std::string_view line;
    bool found = false;
    while (lines.Next(&line)) {
      const bool some = base::StartsWith(line, "some ");
      if (!some && !base::StartsWith(line, "full ")) continue;
      const PressureFamily& family = some ? resource.some : resource.full;
      const std::optional<uint64_t> micros = TotalMicros(line);
      if (!micros) return Malformed(path, "expected total=MICROSECONDS", line);
      found = true;
      if (family.name == nullptr) continue;
      // Two divisions, as upstream has them: one by 1e6 differs in the last bit.
      sink->Counter(family.name, family.help).Add(static_cast<double>(*micros) / 1000.0 / 1000.0);
    }
    if (!found) return Malformed(path, "expected a line some or full", text);
    return base::Status();
  }

  const std::string folder_;
  std::array<SourceFile, std::size(kResources)> files_;  // one each, so that they stay open
};

}  // namespace

MadeCollector MakePressure(const CollectorContext& context) {
  return std::make_unique<Pressure>(context.options->paths);
}

}  // namespace vedette::exporters::node
