// node_vmstat_* from /proc/vmstat.
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/field_choice.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

void DescribeVmstat(ChosenField* field) {
  field->name = "node_vmstat_" + field->key;
  field->help = base::Concat({"/proc/vmstat information field ", field->key, "."});
}

class Vmstat final : public Collector {
 public:
  Vmstat(const Paths& paths, FieldChoice choice)
      : path_(paths.Proc("vmstat")), choice_(std::move(choice)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, file_.Read(path_));
    LineScanner lines(text);
    std::string_view line;
    for (size_t place = 0; lines.Next(&line); ++place) {
      FieldScanner fields(line);
      std::string_view key;
      std::string_view number;
      if (!fields.Next(&key) || !fields.Next(&number)) {
        return Malformed(path_, "expected NAME NUMBER", line);
      }
      const ChosenField& field = choice_.At(place, "", key);
      if (!field.is_shown) continue;
      const std::optional<double> value = base::ParseDouble(number);
      if (!value) return Malformed(path_, "expected a number", line);
      sink->Untyped(field.name, field.help).Add(*value);
    }
    return base::Status();
  }

 private:
  const std::string path_;
  FieldChoice choice_;
  SourceFile file_;
};

}  // namespace

MadeCollector MakeVmstat(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(FieldChoice choice,
                           FieldChoice::Make(context.options->vmstat.fields,
                                             "collector.vmstat.fields", &DescribeVmstat));
  return std::make_unique<Vmstat>(context.options->paths, std::move(choice));
}

}  // namespace vedette::exporters::node
