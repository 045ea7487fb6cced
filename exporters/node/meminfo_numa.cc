// node_memory_numa_* from /sys/devices/system/node/nodeN.
#include <algorithm>

#include "base/strings.h"
#include "exporters/node/attribute_reader.h"
#include "exporters/node/collectors.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// "Active(anon):" is Active_anon in the metric's name.
std::string FieldName(std::string_view field) {
  while (base::EndsWith(field, ":")) field.remove_suffix(1);
  std::string name(field);
  std::erase(name, ')');
  std::replace(name.begin(), name.end(), '(', '_');
  return name;
}

std::string HelpOf(const std::string& name) { return "Memory information field " + name + "."; }

class MeminfoNuma final : public Collector {
 public:
  explicit MeminfoNuma(const Paths& paths) : root_(paths.Sys("devices/system/node")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    const auto nodes = ListFolder(
        root_, [](std::string_view name) { return NumberAfter(name, "node").has_value(); });
    if (!nodes.ok()) return base::Status();  // a machine without nodes
    for (const std::string& node : *nodes) {
      const std::string folder = base::Concat({root_, "/", node, "/"});
      const std::string_view number = std::string_view(node).substr(4);
      VEDETTE_RETURN_IF_ERROR(AddMeminfo(folder + "meminfo", number, sink));
      VEDETTE_RETURN_IF_ERROR(AddNumastat(folder + "numastat", number, sink));
    }
    return base::Status();
  }

 private:
  // "Node 0 MemTotal:       134182340 kB", or without a unit where the kernel counts pages.
  base::Status AddMeminfo(const std::string& path, std::string_view node, FamilySink* sink) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path));
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      SplitFields(line, &fields_);
      if (fields_.empty()) continue;
      const bool has_unit = fields_.size() == 5 && fields_[4] == "kB";
      if (fields_.size() != 4 && !has_unit) {
        return Malformed(path, "expected Node N NAME: VALUE [kB]", line);
      }
      const auto value = base::ParseDouble(fields_[3]);
      if (!value) return Malformed(path, "expected a number", line);
      const std::string name = FieldName(fields_[2]);
      sink->Gauge("node_memory_numa_" + name, HelpOf(name))
          .Add(has_unit ? *value * 1024 : *value, {{"node", node}});
    }
    return base::Status();
  }

  // "numa_hit 193460335812"
  base::Status AddNumastat(const std::string& path, std::string_view node, FamilySink* sink) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path));
    LineScanner lines(text);
    std::string_view line;
    while (lines.Next(&line)) {
      SplitFields(line, &fields_);
      if (fields_.empty()) continue;
      const auto value = fields_.size() == 2 ? base::ParseDouble(fields_[1]) : std::nullopt;
      if (!value) return Malformed(path, "expected NAME VALUE", line);
      const std::string name = base::Concat({fields_[0], "_total"});
      sink->Counter("node_memory_numa_" + name, HelpOf(name)).Add(*value, {{"node", node}});
    }
    return base::Status();
  }

  const std::string root_;
  std::vector<std::string_view> fields_;  // of the line in hand
  SourceFile file_;
};

}  // namespace

MadeCollector MakeMeminfoNuma(const CollectorContext& context) {
  return std::make_unique<MeminfoNuma>(context.options->paths);
}

}  // namespace vedette::exporters::node
