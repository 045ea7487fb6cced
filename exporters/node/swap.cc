// node_swap_* from /proc/swaps.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

constexpr double kKilobyte = 1024;
constexpr size_t kSwapColumns = 5;  // Filename Type Size Used Priority

class Swap final : public Collector {
 public:
  explicit Swap(const Paths& paths) : path_(paths.Proc("swaps")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    FamilyRef size = sink->Gauge("node_swap_size_bytes", "Swap device size in bytes.");
    FamilyRef used = sink->Gauge("node_swap_used_bytes", "Swap device used in bytes.");
    FamilyRef priority = sink->Gauge("node_swap_priority", "Swap device priority.");
    LineScanner lines(text);
    std::string_view line;
    lines.Next(&line);  // the head
    while (lines.Next(&line)) {
      SplitFields(line, &fields_);
      if (fields_.empty()) continue;
      if (fields_.size() != kSwapColumns) return Malformed(path_, "expected five columns", line);
      const auto size_kb = base::ParseUint(fields_[2]);
      const auto used_kb = base::ParseUint(fields_[3]);
      const auto rank = base::ParseInt(fields_[4]);
      if (!size_kb || !used_kb || !rank) return Malformed(path_, "expected numbers", line);
      const LabelRef labels[] = {{"device", fields_[0]}, {"swap_type", fields_[1]}};
      size.Add(static_cast<double>(*size_kb) * kKilobyte, labels);
      used.Add(static_cast<double>(*used_kb) * kKilobyte, labels);
      priority.Add(static_cast<double>(*rank), labels);
    }
    return base::Status();
  }

 private:
  const std::string path_;
  std::vector<std::string_view> fields_;  // of the line in hand
  SourceFile file_;
};

}  // namespace

MadeCollector MakeSwap(const CollectorContext& context) {
  return std::make_unique<Swap>(context.options->paths);
}

}  // namespace vedette::exporters::node
