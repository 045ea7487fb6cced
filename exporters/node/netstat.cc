// node_netstat_* from /proc/net/{netstat,snmp,snmp6}.
#include <optional>

#include "base/strings.h"
#include "exporters/node/collectors.h"
#include "exporters/node/field_choice.h"
#include "exporters/node/source_file.h"
#include "exporters/node/text_scan.h"

namespace vedette::exporters::node {
namespace {

void Describe(ChosenField* field) {
  field->name = base::Concat({"node_netstat_", field->group, "_", field->key});
  field->help = base::Concat({"Statistic ", field->group, field->key, "."});
}

class Netstat final : public Collector {
 public:
  Netstat(const Paths& paths, FieldChoice choice)
      : sources_{Source(paths.Proc("net/netstat")), Source(paths.Proc("net/snmp"))},
        snmp6_(paths.Proc("net/snmp6")),
        choice_(std::move(choice)) {}

  base::Status Collect(const Scrape&, FamilySink* sink) override {
    place_ = 0;
    for (Source& source : sources_) VEDETTE_RETURN_IF_ERROR(AddPairs(&source, sink));
    return AddSnmp6(sink);
  }

 private:
  struct Source {
    explicit Source(std::string p) : path(std::move(p)) {}

    std::string path;
    SourceFile file{SourceFile::Records::kShort};
  };

  // Two lines each: "Tcp: RtoMin RtoMax" and "Tcp: 200 120000".
  base::Status AddPairs(Source* source, FamilySink* sink) {
    VEDETTE_ASSIGN_OR_RETURN(const std::string_view text, source->file.Read(source->path));
    LineScanner lines(text);
    std::string_view names;
    std::string_view values;
    while (lines.Next(&names)) {
      const size_t colon = names.find(':');
      if (!lines.Next(&values) || colon == std::string_view::npos ||
          values.substr(0, colon + 1) != names.substr(0, colon + 1)) {
        return Malformed(source->path, "expected PROTOCOL: and two lines of it", names);
      }
      VEDETTE_RETURN_IF_ERROR(AddPair(source->path, names.substr(0, colon), names.substr(colon + 1),
                                      values.substr(colon + 1), sink));
    }
    return base::Status();
  }

  base::Status AddPair(const std::string& path, std::string_view protocol, std::string_view names,
                       std::string_view values, FamilySink* sink) {
    FieldScanner keys(names);
    FieldScanner numbers(values);
    std::string_view key;
    std::string_view number;
    while (keys.Next(&key)) {
      if (!numbers.Next(&number)) return Malformed(path, "expected a value a name", values);
      VEDETTE_RETURN_IF_ERROR(Add(path, protocol, key, number, sink));
    }
    if (numbers.Next(&number)) return Malformed(path, "expected a value a name", values);
    return base::Status();
  }

  // "Ip6InReceives  7", one a line. A kernel without IPv6 has no such file.
  base::Status AddSnmp6(FamilySink* sink) {
    const auto text = snmp6_.file.Read(snmp6_.path);
    if (!text.ok()) return absl::IsNotFound(text.status()) ? base::Status() : text.status();
    LineScanner lines(*text);
    std::string_view line;
    while (lines.Next(&line)) {
      FieldScanner fields(line);
      std::string_view name;
      std::string_view number;
      if (!fields.Next(&name) || !fields.Next(&number)) continue;
      const size_t six = name.find('6');
      if (six == std::string_view::npos) continue;
      VEDETTE_RETURN_IF_ERROR(
          Add(snmp6_.path, name.substr(0, six + 1), name.substr(six + 1), number, sink));
    }
    return base::Status();
  }

  base::Status Add(const std::string& path, std::string_view protocol, std::string_view key,
                   std::string_view number, FamilySink* sink) {
    const ChosenField& field = choice_.At(place_++, protocol, key);
    if (!field.is_shown) return base::Status();
    const std::optional<double> value = base::ParseDouble(number);
    if (!value) return Malformed(path, "expected a number", number);
    sink->Untyped(field.name, field.help).Add(*value);
    return base::Status();
  }

  Source sources_[2];
  Source snmp6_;
  FieldChoice choice_;
  size_t place_ = 0;
};

}  // namespace

MadeCollector MakeNetstat(const CollectorContext& context) {
  VEDETTE_ASSIGN_OR_RETURN(
      FieldChoice choice,
      FieldChoice::Make(context.options->netstat.fields, "collector.netstat.fields", &Describe));
  return std::make_unique<Netstat>(context.options->paths, std::move(choice));
}

}  // namespace vedette::exporters::node
