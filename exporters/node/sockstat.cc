// node_sockstat_* from /proc/net/{sockstat,sockstat6}.
#include <unistd.h>
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Sockstat final : public Collector {
 public:
  explicit Sockstat(const Paths& paths)
      : path4_(paths.Proc("net/sockstat")),
        path6_(paths.Proc("net/sockstat6")),
        page_bytes_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {}

  // A kernel without IPv4 or IPv6 lacks that one's file.
  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_RETURN_IF_ERROR(AddFile(path4_, &file4_, sink));
    return AddFile(path6_, &file6_, sink);
  }

 private:
  base::Status AddFile(const std::string& path, SourceFile* file, FamilySink* sink) {
    const auto text = file->Read(path);
    if (!text.ok()) return absl::IsNotFound(text.status()) ? base::Status() : text.status();
    LineScanner lines(*text);
    std::string_view line;
    while (lines.Next(&line)) VEDETTE_RETURN_IF_ERROR(AddLine(path, line, sink));
    return base::Status();
  }

  // "TCP: inuse 4 orphan 0 tw 4 alloc 17 mem 1"
  base::Status AddLine(const std::string& path, std::string_view line, FamilySink* sink) const {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Malformed(path, "expected PROTOCOL:", line);
    const std::string_view protocol = line.substr(0, colon);
    FieldScanner fields(line.substr(colon + 1));
    std::string_view state;
    std::string_view number;
    while (fields.Next(&state)) {
      const std::optional<int64_t> value =
          fields.Next(&number) ? base::ParseInt(number) : std::nullopt;
      if (!value) return Malformed(path, "expected STATE NUMBER", line);
      Add(protocol, state, static_cast<double>(*value), sink);
    }
    return base::Status();
  }

  void Add(std::string_view protocol, std::string_view state, double value,
           FamilySink* sink) const {
    if (protocol == "sockets") {
      if (state != "used") return;
      sink->Gauge("node_sockstat_sockets_used", "Number of IPv4 sockets in use.").Add(value);
      return;
    }
    sink->Gauge(base::Concat({"node_sockstat_", protocol, "_", state}),
                base::Concat({"Number of ", protocol, " sockets in state ", state, "."}))
        .Add(value);
    if (state == "mem") Add(protocol, "mem_bytes", value * page_bytes_, sink);
  }

  const std::string path4_;
  const std::string path6_;
  const double page_bytes_;
  SourceFile file4_{SourceFile::Records::kShort};
  SourceFile file6_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeSockstat(const CollectorContext& context) {
  return std::make_unique<Sockstat>(context.options->paths);
}

}  // namespace vedette::exporters::node
