// node_softirqs_functions_total from /proc/softirqs.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Softirqs final : public Collector {
 public:
  explicit Softirqs(const Paths& paths) : path_(paths.Proc("softirqs")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    if (!lines.Next(&line)) return Malformed(path_, "expected a heading of CPUs", text);
    FamilyRef family = sink->Counter("node_softirqs_functions_total", "Softirq counts per CPU.");
    while (lines.Next(&line)) {
      if (!AddVector(line, &family)) return Malformed(path_, "expected NAME: and numbers", line);
    }
    return base::Status();
  }

 private:
  static bool AddVector(std::string_view line, FamilyRef* family) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view type = base::Trim(line.substr(0, colon));
    FieldScanner fields(line.substr(colon + 1));
    std::string_view field;
    for (int cpu = 0; fields.Next(&field); ++cpu) {
      const auto count = base::ParseUint(field);
      if (!count) return false;
      family->Add(static_cast<double>(*count), {{"cpu", std::to_string(cpu)}, {"type", type}});
    }
    return true;
  }

  const std::string path_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeSoftirqs(const CollectorContext& context) {
  return std::make_unique<Softirqs>(context.options->paths);
}

}  // namespace vedette::exporters::node
