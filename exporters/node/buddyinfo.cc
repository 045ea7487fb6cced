// node_buddyinfo_blocks from /proc/buddyinfo.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Buddyinfo final : public Collector {
 public:
  explicit Buddyinfo(const Paths& paths) : path_(paths.Proc("buddyinfo")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    FamilyRef family =
        sink->Gauge("node_buddyinfo_blocks", "Count of free blocks according to size.");
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      if (!AddZone(line, &family)) {
        return Malformed(path_, "expected Node N, zone NAME and numbers", line);
      }
    }
    return base::Status();
  }

 private:
  // "Node 0, zone    DMA32    759    572 ..."; false if the line is none.
  static bool AddZone(std::string_view line, FamilyRef* family) {
    FieldScanner fields(line);
    std::string_view word;
    std::string_view node;
    std::string_view zone;
    if (!fields.Next(&word) || word != "Node" || !fields.Next(&node) || !fields.Next(&word) ||
        word != "zone" || !fields.Next(&zone)) {
      return false;
    }
    if (base::EndsWith(node, ",")) node.remove_suffix(1);
    int size = 0;
    while (fields.Next(&word)) {
      const auto blocks = base::ParseUint(word);
      if (!blocks) return false;
      family->Add(static_cast<double>(*blocks),
                  {{"node", node}, {"size", std::to_string(size++)}, {"zone", zone}});
    }
    return true;
  }

  const std::string path_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeBuddyinfo(const CollectorContext& context) {
  return std::make_unique<Buddyinfo>(context.options->paths);
}

}  // namespace vedette::exporters::node
