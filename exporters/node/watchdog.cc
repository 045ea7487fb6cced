// node_watchdog_* from /sys/class/watchdog.
#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"

namespace vedette::exporters::node {
namespace {

constexpr NumberAttribute kNumbers[] = {
    {"bootstatus", "node_watchdog_bootstatus",
     "Value of /sys/class/watchdog/<watchdog>/bootstatus"},
    {"fw_version", "node_watchdog_fw_version",
     "Value of /sys/class/watchdog/<watchdog>/fw_version"},
    {"nowayout", "node_watchdog_nowayout", "Value of /sys/class/watchdog/<watchdog>/nowayout"},
    {"timeleft", "node_watchdog_timeleft_seconds",
     "Value of /sys/class/watchdog/<watchdog>/timeleft"},
    {"timeout", "node_watchdog_timeout_seconds", "Value of /sys/class/watchdog/<watchdog>/timeout"},
    {"pretimeout", "node_watchdog_pretimeout_seconds",
     "Value of /sys/class/watchdog/<watchdog>/pretimeout"},
    {"access_cs0", "node_watchdog_access_cs0",
     "Value of /sys/class/watchdog/<watchdog>/access_cs0"},
};
constexpr const char* kTexts[] = {"options", "identity", "state", "status", "pretimeout_governor"};

class Watchdog final : public Collector {
 public:
  explicit Watchdog(const Paths& paths) : root_(paths.Sys("class/watchdog")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto names = ListFolder(root_, [](std::string_view) { return true; });
    if (!names.ok()) return NoData(base::Message(names.status()));
    if (names->empty()) return base::Status();
    AttributeFamilies families(kNumbers, sink);
    FamilyRef info = sink->Gauge("node_watchdog_info", "Info of /sys/class/watchdog/<watchdog>");
    for (const std::string& name : *names) {
      const std::string folder = base::Concat({root_, "/", name, "/"});
      const LabelRef labels[] = {{"name", name}};
      families.AddPresent(folder, labels, &reader_);
      std::vector<std::string> values;
      for (const char* text : kTexts) values.emplace_back(reader_.Text(folder + text).value_or(""));
      std::vector<LabelRef> texts = {{"name", name}};
      for (size_t i = 0; i < values.size(); ++i) texts.push_back({kTexts[i], values[i]});
      info.Add(1, texts);
    }
    return base::Status();
  }

 private:
  const std::string root_;
  AttributeReader reader_;
};

}  // namespace

MadeCollector MakeWatchdog(const CollectorContext& context) {
  return std::make_unique<Watchdog>(context.options->paths);
}

}  // namespace vedette::exporters::node
