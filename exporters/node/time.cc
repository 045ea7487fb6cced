// node_time_seconds, the zone, and the clock sources of /sys/devices/system/clocksource.
#include <ctime>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr std::string_view kFolderPrefix = "clocksource";

class Time final : public Collector {
 public:
  explicit Time(const CollectorContext& context)
      : folder_(context.options->paths.Sys("devices/system/clocksource")), clock_(context.clock) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const int64_t now = clock_->WallNanos();
    sink->Gauge("node_time_seconds", "System time in seconds since epoch (1970).")
        .Add(static_cast<double>(now) / 1e9);
    AddZone(static_cast<time_t>(now / 1'000'000'000), sink);
    return AddClocksources(sink);
  }

 private:
  static void AddZone(time_t now, FamilySink* sink) {
    tm local{};
    if (::localtime_r(&now, &local) == nullptr) return;
    sink->Gauge("node_time_zone_offset_seconds", "System time zone offset in seconds.")
        .Add(static_cast<double>(local.tm_gmtoff), {{"time_zone", local.tm_zone}});
  }

  // Clock sources come with the kernel, so they are listed once.
  base::Status AddClocksources(FamilySink* sink) {
    if (devices_.empty()) ListDevices();
    FamilyRef available =
        sink->Gauge("node_time_clocksource_available_info",
                    "Available clocksources read from '/sys/devices/system/clocksource'.");
    FamilyRef current =
        sink->Gauge("node_time_clocksource_current_info",
                    "Current clocksource read from '/sys/devices/system/clocksource'.");
    for (Device& device : devices_) {
      VEDETTE_RETURN_IF_ERROR(
          AddWords(device.name, "available_clocksource", &device.available, available));
      VEDETTE_RETURN_IF_ERROR(
          AddWords(device.name, "current_clocksource", &device.current, current));
    }
    return base::Status();
  }

  void ListDevices() {
    const auto folders = ListFolder(
        folder_, [](std::string_view name) { return base::StartsWith(name, kFolderPrefix); });
    if (!folders.ok()) return;  // a kernel without them
    for (const std::string& name : *folders) {
      devices_.emplace_back().name = name.substr(kFolderPrefix.size());
    }
  }

  base::Status AddWords(const std::string& device, const char* name, SourceFile* file,
                        FamilyRef family) const {
    VEDETTE_ASSIGN_OR_RETURN(
        const std::string_view text,
        file->Read(base::Concat({folder_, "/", kFolderPrefix, device, "/", name})));
    FieldScanner words(base::Trim(text));
    std::string_view word;
    while (words.Next(&word)) family.Add(1, {{"clocksource", word}, {"device", device}});
    return base::Status();
  }

  struct Device {
    std::string name;  // "0"
    SourceFile available{SourceFile::Records::kShort};
    SourceFile current{SourceFile::Records::kShort};
  };

  const std::string folder_;
  const base::Clock* const clock_;
  std::vector<Device> devices_;
};

}  // namespace

MadeCollector MakeTime(const CollectorContext& context) { return std::make_unique<Time>(context); }

}  // namespace vedette::exporters::node
