// node_memory_* from /proc/meminfo.
#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// The fields that upstream exposes, as they stand in its metric names; newer kernels write more.
// Sorted.
constexpr std::array<std::string_view, 51> kFields = {
    "Active",
    "Active_anon",
    "Active_file",
    "AnonHugePages",
    "AnonPages",
    "Bounce",
    "Buffers",
    "Cached",
    "CmaFree",
    "CmaTotal",
    "CommitLimit",
    "Committed_AS",
    "DirectMap1G",
    "DirectMap2M",
    "DirectMap4k",
    "Dirty",
    "HardwareCorrupted",
    "HugePages_Free",
    "HugePages_Rsvd",
    "HugePages_Surp",
    "HugePages_Total",
    "Hugepagesize",
    "Inactive",
    "Inactive_anon",
    "Inactive_file",
    "KernelStack",
    "Mapped",
    "MemAvailable",
    "MemFree",
    "MemTotal",
    "Mlocked",
    "NFS_Unstable",
    "PageTables",
    "Percpu",
    "SReclaimable",
    "SUnreclaim",
    "Shmem",
    "ShmemHugePages",
    "ShmemPmdMapped",
    "Slab",
    "SwapCached",
    "SwapFree",
    "SwapTotal",
    "Unevictable",
    "VmallocChunk",
    "VmallocTotal",
    "VmallocUsed",
    "Writeback",
    "WritebackTmp",
    "Zswap",
    "Zswapped",
};

bool IsExposed(std::string_view field) {
  return std::find(kFields.begin(), kFields.end(), field) != kFields.end();
}

// "Active(anon)" is Active_anon in the metric's name.
std::string MetricField(std::string_view field) {
  std::string name(field);
  std::erase(name, ')');
  std::replace(name.begin(), name.end(), '(', '_');
  return name;
}

class Meminfo final : public Collector {
 public:
  explicit Meminfo(const Paths& paths) : path_(paths.Proc("meminfo")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    bool found = false;
    while (lines.Next(&line)) {
      VEDETTE_RETURN_IF_ERROR(AddLine(line, sink));
      found = true;
    }
    if (!found) return Malformed(path_, "expected lines", text);
    return base::Status();
  }

 private:
  // "MemTotal:  16042172 kB", or without a unit where the kernel counts pages.
  base::Status AddLine(std::string_view line, FamilySink* sink) const {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Malformed(path_, "expected NAME: VALUE", line);
    std::string name = MetricField(line.substr(0, colon));
    if (!IsExposed(name)) return base::Status();

    FieldScanner rest(line.substr(colon + 1));
    std::string_view number;
    std::string_view unit;
    const bool has_number = rest.Next(&number);
    const std::optional<uint64_t> value = base::ParseUint(number);
    if (!has_number || !value) return Malformed(path_, "expected a number", line);
    auto bytes = static_cast<double>(*value);
    if (rest.Next(&unit)) {
      if (unit != "kB") return Malformed(path_, "expected the unit kB", line);
      name += "_bytes";
      bytes *= 1024;
    }
    sink->Gauge("node_memory_" + name, "Memory information field " + name + ".").Add(bytes);
    return base::Status();
  }

  const std::string path_;
  SourceFile file_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeMeminfo(const CollectorContext& context) {
  return std::make_unique<Meminfo>(context.options->paths);
}

}  // namespace vedette::exporters::node
