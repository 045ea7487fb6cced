#include "tests/conformance/entry_text.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::test {
namespace {

namespace json = boost::json;
using model::Histogram;
using model::HistogramBuckets;
using model::exposition::EntryKind;
using model::exposition::Exemplar;
using model::exposition::Reader;

std::string Number(double value) {
  std::string out;
  base::AppendFloatG(value, &out);
  return out;
}

// The corpora name Go's constants where JSON has no number.
double NumberOf(const json::value& value) {
  if (value.is_number()) return value.to_number<double>();
  const std::string name = JsonText(value);
  if (name == "histogram.CustomBucketsSchema") return Histogram::kCustomSchema;
  if (name == "histogram.GaugeType") return 3;
  if (name == "histogram.UnknownCounterReset") return 0;
  return std::nan("");
}

double Field(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? 0 : NumberOf(*value);
}

std::string Numbers(const json::object& object, std::string_view name) {
  std::string out = "[";
  if (const json::value* list = object.if_contains({name.data(), name.size()})) {
    for (const json::value& value : list->as_array()) out += Number(NumberOf(value)) + " ";
  }
  return out + "]";
}

std::string Spans(const json::object& object, std::string_view name) {
  std::string out = "[";
  if (const json::value* list = object.if_contains({name.data(), name.size()})) {
    for (const json::value& value : list->as_array()) {
      const json::object& span = value.as_object();
      out += base::Concat({Number(Field(span, "Offset")), "+", Number(Field(span, "Length")), " "});
    }
  }
  return out + "]";
}

std::string Expected(const json::object& h, bool is_float) {
  return base::Concat({is_float ? "float" : "integer",
                       " schema ",
                       Number(Field(h, "Schema")),
                       " hint ",
                       Number(Field(h, "CounterResetHint")),
                       " count ",
                       Number(Field(h, "Count")),
                       " sum ",
                       Number(Field(h, "Sum")),
                       " zero ",
                       Number(Field(h, "ZeroThreshold")),
                       ":",
                       Number(Field(h, "ZeroCount")),
                       " positive ",
                       Spans(h, "PositiveSpans"),
                       Numbers(h, "PositiveBuckets"),
                       " negative ",
                       Spans(h, "NegativeSpans"),
                       Numbers(h, "NegativeBuckets"),
                       " bounds ",
                       Numbers(h, "CustomValues")});
}

template <typename Values>
std::string List(const Values& values) {
  std::string out = "[";
  for (const auto value : values) out += Number(static_cast<double>(value)) + " ";
  return out + "]";
}

std::string Found(const HistogramBuckets& side, bool is_float) {
  std::string out = "[";
  for (const model::HistogramSpan& span : side.spans) {
    out += base::Concat({std::to_string(span.offset), "+", std::to_string(span.length), " "});
  }
  return out + "]" + (is_float ? List(side.counts) : List(side.deltas));
}

std::string Found(const Histogram& h) {
  const double count = h.is_float ? h.count_float : static_cast<double>(h.count);
  const double zero = h.is_float ? h.zero_count_float : static_cast<double>(h.zero_count);
  return base::Concat({h.is_float ? "float" : "integer", " schema ", std::to_string(h.schema),
                       " hint ", std::to_string(static_cast<int>(h.reset)), " count ",
                       Number(count), " sum ", Number(h.sum), " zero ", Number(h.zero_threshold),
                       ":", Number(zero), " positive ", Found(h.positive, h.is_float), " negative ",
                       Found(h.negative, h.is_float), " bounds ", List(h.custom_bounds)});
}

// The corpora write a byte that is no UTF-8 as U+FFFD.
std::string Readable(std::string_view text) { return base::RepairUtf8(text); }

std::string DescribeSample(Reader* reader, EntryKind kind, std::string* error) {
  model::Labels labels;
  std::vector<Exemplar> exemplars;
  base::Status status = reader->ReadLabels(&labels);
  if (status.ok()) status = reader->ReadExemplars(&exemplars);
  if (!status.ok()) {
    *error = std::string(base::Message(status));
    return "";
  }
  std::string line =
      base::Concat({"SERIES ", Readable(reader->series()), " -> ", labels.ToString(), " = "});
  line += kind == EntryKind::kHistogram ? Found(reader->histogram()) : Number(reader->value());
  if (reader->timestamp_ms()) line += " @ " + std::to_string(*reader->timestamp_ms());
  if (reader->start_ms() != 0) line += " since " + std::to_string(reader->start_ms());
  for (const Exemplar& exemplar : exemplars) {
    line += base::Concat({" # ", exemplar.labels.ToString(), " ", Number(exemplar.value)});
    if (exemplar.timestamp_ms) line += " " + std::to_string(*exemplar.timestamp_ms);
  }
  return line;
}

model::Labels LabelsOf(const json::object& event, const EventOptions& options) {
  const json::value* set = &event.at("lset");
  model::LabelsBuilder labels;
  // A Go call: (with type?, labels, type that upstream carries over from another family).
  std::string type;
  if (const json::value* arguments = set->as_object().if_contains("args")) {
    const json::array& list = arguments->as_array();
    if (options.type_and_unit) type = JsonText(list[2]);
    set = &list[1];
  }
  const char* way = options.type_and_unit ? "with_type_unit" : "plain";
  if (const json::value* chosen = set->as_object().if_contains(way)) set = chosen;
  for (const auto& [name, value] : set->as_object()) {
    labels.Set({name.data(), name.size()}, JsonText(value));
  }
  if (!type.empty()) labels.Set("__type__", type);
  return labels.Build();
}

std::string DescribeExemplars(const json::object& event) {
  std::string out;
  const json::value* list = event.if_contains("es");
  if (list == nullptr) return out;
  for (const json::value& item : list->as_array()) {
    const json::object& exemplar = item.as_object();
    model::LabelsBuilder labels;
    for (const auto& [name, text] : exemplar.at("Labels").as_object()) {
      labels.Set({name.data(), name.size()}, JsonText(text));
    }
    out += base::Concat({" # ", labels.Build().ToString(), " ", Number(Field(exemplar, "Value"))});
    const json::value* time = exemplar.if_contains("Ts");
    if (time != nullptr) out += " " + std::to_string(time->as_int64());
  }
  return out;
}

std::string DescribeValue(const json::object& event) {
  if (const json::value* h = event.if_contains("shs")) return Expected(h->as_object(), false);
  if (const json::value* h = event.if_contains("fhs")) return Expected(h->as_object(), true);
  return Number(Field(event, "v"));
}

}  // namespace

std::string JsonText(const json::value& value) {
  const json::string& text = value.as_string();
  return {text.data(), text.size()};
}

std::vector<std::string> DescribePage(Reader* reader, std::string* error) {
  std::vector<std::string> out;
  for (;;) {
    const auto kind = reader->Next();
    if (!kind.ok()) {
      *error = std::string(base::Message(kind.status()));
      return out;
    }
    switch (*kind) {
      case EntryKind::kEnd:
        return out;
      case EntryKind::kHelp:
        out.push_back(base::Concat({"HELP ", reader->family(), " ", reader->text()}));
        break;
      case EntryKind::kType:
        out.push_back(base::Concat({"TYPE ", reader->family(), " ", reader->text()}));
        break;
      case EntryKind::kUnit:
        out.push_back(base::Concat({"UNIT ", reader->family(), " ", reader->text()}));
        break;
      case EntryKind::kComment:
        out.push_back(base::Concat({"COMMENT ", reader->comment()}));
        break;
      case EntryKind::kGathered:
        break;
      case EntryKind::kSeries:
      case EntryKind::kHistogram:
        out.push_back(DescribeSample(reader, *kind, error));
        if (!error->empty()) return out;
        break;
    }
  }
}

std::string DescribeEvent(const json::value& value, const EventOptions& options) {
  const json::object& event = value.as_object();
  if (event.contains("comment")) return "COMMENT " + JsonText(event.at("comment"));
  const std::string name = JsonText(event.at("m"));
  if (event.contains("help")) return "HELP " + name + " " + JsonText(event.at("help"));
  if (event.contains("typ")) return "TYPE " + name + " " + JsonText(event.at("typ"));
  if (event.contains("unit")) return "UNIT " + name + " " + JsonText(event.at("unit"));
  const double start = Field(event, "st");
  const std::string since =
      start == 0 ? "" : " since " + std::to_string(static_cast<int64_t>(start));
  if (options.names_only) return base::Concat({"SERIES ", name, since});
  std::string line = base::Concat(
      {"SERIES ", name, " -> ", LabelsOf(event, options).ToString(), " = ", DescribeValue(event)});
  if (event.contains("t")) line += " @ " + std::to_string(event.at("t").as_int64());
  return line + since + DescribeExemplars(event);
}

std::string Reduced(const std::string& line, const EventOptions& options) {
  if (!options.names_only || !base::StartsWith(line, "SERIES ")) return line;
  const size_t labels = line.find(" -> ");
  const size_t since = line.find(" since ");
  const size_t exemplar = line.find(" # ");
  std::string out = line.substr(0, labels);
  if (since != std::string::npos) {
    out += line.substr(since, exemplar == std::string::npos ? exemplar : exemplar - since);
  }
  return out;
}

std::string FirstDifference(const std::vector<std::string>& found,
                            const std::vector<std::string>& expected) {
  for (size_t i = 0; i < std::max(found.size(), expected.size()); ++i) {
    const std::string ours = i < found.size() ? found[i] : "nothing";
    const std::string theirs = i < expected.size() ? expected[i] : "nothing";
    if (ours == theirs) continue;
    return base::Concat(
        {"entry ", std::to_string(i + 1), ":\n    expected ", theirs, "\n    found    ", ours});
  }
  return "";
}

}  // namespace vedette::test
