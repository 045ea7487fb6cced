// node_load1, node_load5, node_load15 from /proc/loadavg.
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Loadavg final : public Collector {
 public:
  explicit Loadavg(const Paths& paths) : path_(paths.Proc("loadavg")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    FieldScanner fields(text);
    for (const auto& [name, help] : kFamilies) {
      std::string_view field;
      if (!fields.Next(&field)) return Malformed(path_, "expected three averages", text);
      const std::optional<double> value = base::ParseDouble(field);
      if (!value) return Malformed(path_, "expected a number", field);
      sink->Gauge(name, help).Add(*value);
    }
    return base::Status();
  }

 private:
  static constexpr struct {
    const char* name;
    const char* help;
  } kFamilies[] = {{"node_load1", "1m load average."},
                   {"node_load5", "5m load average."},
                   {"node_load15", "15m load average."}};

  const std::string path_;
  SourceFile file_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeLoadavg(const CollectorContext& context) {
  return std::make_unique<Loadavg>(context.options->paths);
}

}  // namespace vedette::exporters::node
