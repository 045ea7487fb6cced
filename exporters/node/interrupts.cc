// node_interrupts_total from /proc/interrupts.
#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/device_filter.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

// Fields joined by single blanks.
std::string JoinFrom(const std::vector<std::string_view>& fields, size_t from) {
  std::string text;
  for (size_t i = from; i < fields.size(); ++i) {
    if (i > from) text += ' ';
    text += fields[i];
  }
  return text;
}

class Interrupts final : public Collector {
 public:
  Interrupts(const NodeOptions& options, DeviceFilter filter)
      : path_(options.paths.Proc("interrupts")),
        include_zeros_(options.interrupts.include_zeros),
        filter_(std::move(filter)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    if (!lines.Next(&line)) return Malformed(path_, "expected a heading of CPUs", text);
    SplitFields(line, &fields_);
    const size_t cpus = fields_.size();
    FamilyRef family = sink->Counter("node_interrupts_total", "Interrupt details.");
    while (lines.Next(&line)) VEDETTE_RETURN_IF_ERROR(AddLine(line, cpus, &family));
    return base::Status();
  }

 private:
  // "16: 328511 322879 IR-IO-APIC-fasteoi ehci_hcd:usb1". Lines with fewer columns than CPUs, ERR
  // and MIS, are left out.
  base::Status AddLine(std::string_view line, size_t cpus, FamilyRef* family) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return base::Status();
    const std::string_view type = base::Trim(line.substr(0, colon));
    SplitFields(line.substr(colon + 1), &fields_);
    if (fields_.size() < cpus + 1) return base::Status();
    const bool is_numbered = base::ParseInt(type).has_value();
    const std::string info = is_numbered ? std::string(fields_[cpus]) : JoinFrom(fields_, cpus);
    const std::string devices = is_numbered ? JoinFrom(fields_, cpus + 1) : "";
    if (filter_.Ignores(base::Concat({type, ";", info, ";", devices}))) return base::Status();
    for (size_t cpu = 0; cpu < cpus; ++cpu) {
      const auto count = base::ParseUint(fields_[cpu]);
      if (!count) return Malformed(path_, "expected a number for each CPU", line);
      if (*count == 0 && !include_zeros_) continue;
      family->Add(
          static_cast<double>(*count),
          {{"cpu", std::to_string(cpu)}, {"devices", devices}, {"info", info}, {"type", type}});
    }
    return base::Status();
  }

  const std::string path_;
  const bool include_zeros_;
  const DeviceFilter filter_;
  SourceFile file_;
  std::vector<std::string_view> fields_;
};

}  // namespace

MadeCollector MakeInterrupts(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(
      DeviceFilter filter,
      DeviceFilter::Make(context.options->interrupts.names, "", "collector.interrupts.name"));
  return std::make_unique<Interrupts>(*context.options, std::move(filter));
}

}  // namespace vedette::exporters::node
