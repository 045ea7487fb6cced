// node_udp_queues from /proc/net/{udp,udp6}.
#include <optional>

#include "exporters/node/collectors.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

struct Queues {
  uint64_t tx = 0;
  uint64_t rx = 0;
};

class UdpQueues final : public Collector {
 public:
  explicit UdpQueues(const Paths& paths)
      : path4_(paths.Proc("net/udp")), path6_(paths.Proc("net/udp6")) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    FamilyRef family = sink->Gauge(
        "node_udp_queues", "Number of allocated memory in the kernel for UDP datagrams in bytes.");
    bool found = false;
    VEDETTE_RETURN_IF_ERROR(AddFile(path4_, "v4", &file4_, &family, &found));
    VEDETTE_RETURN_IF_ERROR(AddFile(path6_, "v6", &file6_, &family, &found));
    return found ? base::Status() : NoData("neither IPv4 nor IPv6 has UDP statistics");
  }

 private:
  static base::Status AddFile(const std::string& path, std::string_view ip, SourceFile* file,
                              FamilyRef* family, bool* found) {
    const auto text = file->Read(path);
    if (!text.ok()) return absl::IsNotFound(text.status()) ? base::Status() : text.status();
    *found = true;
    VEDETTE_ASSIGN_OR_RETURN(const Queues queues, Sum(path, *text));
    family->Add(static_cast<double>(queues.rx), {{"ip", ip}, {"queue", "rx"}});
    family->Add(static_cast<double>(queues.tx), {{"ip", ip}, {"queue", "tx"}});
    return base::Status();
  }

  // The fifth field of each line after the heading is "TX:RX", hexadecimal.
  static base::StatusOr<Queues> Sum(const std::string& path, std::string_view text) {
    constexpr int kField = 5;
    Queues sum;
    LineScanner lines(text);
    std::string_view line;
    lines.Next(&line);
    while (lines.Next(&line)) {
      FieldScanner fields(line);
      std::string_view field;
      bool has_field = true;
      for (int i = 0; i < kField && has_field; ++i) has_field = fields.Next(&field);
      const size_t colon = has_field ? field.find(':') : std::string_view::npos;
      if (colon == std::string_view::npos) return Malformed(path, "expected TX:RX", line);
      const std::optional<uint64_t> tx = ParseHex(field.substr(0, colon));
      const std::optional<uint64_t> rx = ParseHex(field.substr(colon + 1));
      if (!tx || !rx) return Malformed(path, "expected hexadecimal numbers", line);
      sum.tx += *tx;
      sum.rx += *rx;
    }
    return sum;
  }

  const std::string path4_;
  const std::string path6_;
  SourceFile file4_{SourceFile::Records::kShort};
  SourceFile file6_{SourceFile::Records::kShort};
};

}  // namespace

MadeCollector MakeUdpQueues(const CollectorContext& context) {
  return std::make_unique<UdpQueues>(context.options->paths);
}

}  // namespace vedette::exporters::node
