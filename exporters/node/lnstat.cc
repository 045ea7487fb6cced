// node_lnstat_*_total from the files in /proc/net/stat.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Lnstat final : public Collector {
 public:
  explicit Lnstat(const Paths& paths) : folder_(paths.Proc("net/stat")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::vector<std::string> subsystems,
                             ListFolder(folder_, [](std::string_view) { return true; }));
    for (const std::string& subsystem : subsystems) {
      VEDETTE_RETURN_IF_ERROR(AddSubsystem(subsystem, sink));
    }
    return base::Status();
  }

 private:
  // A heading of names, then one line of hexadecimal numbers a CPU.
  base::Status AddSubsystem(const std::string& subsystem, FamilySink* sink) {
    const std::string path = base::Concat({folder_, "/", subsystem});
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path));
    LineScanner lines(text);
    std::string_view line;
    if (!lines.Next(&line)) return Malformed(path, "expected a heading", text);
    SplitFields(line, &names_);
    std::vector<FamilyRef> families;
    for (const std::string_view name : names_) {
      families.push_back(sink->Counter(base::Concat({"node_lnstat_", name, "_total"}),
                                       "linux network cache stats"));
    }
    for (int cpu = 0; lines.Next(&line); ++cpu) {
      if (!ParseHexFields(line, &numbers_) || numbers_.size() != names_.size()) {
        return Malformed(path, "expected a hexadecimal number a column", line);
      }
      const std::string cpu_label = std::to_string(cpu);
      for (size_t i = 0; i < numbers_.size(); ++i) {
        families[i].Add(static_cast<double>(numbers_[i]),
                        {{"cpu", cpu_label}, {"subsystem", subsystem}});
      }
    }
    return base::Status();
  }

  const std::string folder_;
  SourceFile file_;
  std::vector<std::string_view> names_;
  std::vector<uint64_t> numbers_;
};

}  // namespace

MadeCollector MakeLnstat(const CollectorContext& context) {
  return std::make_unique<Lnstat>(context.options->paths);
}

}  // namespace vedette::exporters::node
