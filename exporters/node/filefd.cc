// node_filefd_* from /proc/sys/fs/file-nr.
#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

class Filefd final : public Collector {
 public:
  explicit Filefd(const Paths& paths) : path_(paths.Proc("sys/fs/file-nr")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    lines.Next(&line);
    FieldScanner fields(line);
    uint64_t allocated = 0;
    uint64_t unused = 0;  // always 0 since Linux 2.6
    uint64_t maximum = 0;
    if (!fields.NextUint(&allocated) || !fields.NextUint(&unused) || !fields.NextUint(&maximum)) {
      return Malformed(path_, "expected three numbers", text);
    }
    sink->Gauge("node_filefd_allocated", "File descriptor statistics: allocated.")
        .Add(static_cast<double>(allocated));
    sink->Gauge("node_filefd_maximum", "File descriptor statistics: maximum.")
        .Add(static_cast<double>(maximum));
    return base::Status();
  }

 private:
  const std::string path_;
  SourceFile file_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeFilefd(const CollectorContext& context) {
  return std::make_unique<Filefd>(context.options->paths);
}

}  // namespace vedette::exporters::node
