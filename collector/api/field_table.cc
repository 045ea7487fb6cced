#include "collector/api/field_table.h"

#include <boost/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "base/strings.h"
#include "collector/logql/parse/parser.h"
#include "collector/logql/parse/units.h"
#include "collector/logql/pipeline.h"
#include "collector/logql/stages/label_name.h"
#include "collector/logql/stages/line_labels.h"

namespace vedette::api {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

bool IsError(std::string_view name) {
  return name == "__error__" || name == "__error_details__" || name == "__preserve_error__";
}

// Calls found(label, keys) for what `| json` makes labels of. Names are as long as all the keys
// around them: of a line that makes more than `bytes` of them the rest is left out.
template <typename Found>
void EachPath(const boost::json::object& object, const std::string& prefix, size_t* bytes,
              std::vector<std::string>* keys, const Found& found) {
  for (const auto& [key, value] : object) {
    const size_t length = prefix.size() + key.size();
    if (*bytes < length) return;
    *bytes -= length;
    const std::string_view name(key.data(), key.size());
    std::string label = prefix;
    if (!prefix.empty()) label += '_';
    logql::AppendLabelName(name, &label);
    keys->emplace_back(name);
    if (value.is_object()) {
      EachPath(value.get_object(), label, bytes, keys, found);
    } else {
      found(label, *keys);
    }
    keys->pop_back();
  }
}

}  // namespace

// One parser's stage, made once: what `| json` and `| logfmt` find in a line.
class FieldTable::LineParser {
 public:
  explicit LineParser(std::string_view stage) {
    auto query = logql::Parse(base::Concat({"{a=\"a\"} | ", stage}));
    if (!query.ok()) return;
    expr_ = *std::move(query);
    auto made = logql::Pipeline::Make(std::get<logql::LogQuery>(expr_->node));
    if (made.ok()) pipeline_.emplace(*std::move(made));
  }

  // Nothing where the line is not of this form.
  std::optional<Pairs> Read(const logql::ResultLine& line) {
    if (!pipeline_) return std::nullopt;
    const model::Labels none;
    if (!pipeline_->Process({line.timestamp_ns, line.line, &line.stream, &none})) {
      return std::nullopt;
    }
    if (pipeline_->labels().HasError()) return std::nullopt;
    return pipeline_->labels().Parsed();
  }

 private:
  logql::ExprPtr expr_;
  std::optional<logql::Pipeline> pipeline_;
};

FieldTable::FieldTable(size_t max_fields)
    : max_fields_(max_fields),
      json_(std::make_unique<LineParser>("json")),
      logfmt_(std::make_unique<LineParser>("logfmt")) {}
FieldTable::FieldTable(FieldTable&&) noexcept = default;
FieldTable::~FieldTable() = default;

std::string_view TypeOfValue(std::string_view value) {
  constexpr std::string_view kBooleans[] = {"t", "T", "true",  "TRUE",  "True",
                                            "f", "F", "false", "FALSE", "False"};
  if (base::ParseInt(value)) return "int";
  if (base::ParseDouble(value)) return "float";
  for (const std::string_view boolean : kBooleans) {
    if (value == boolean) return "boolean";
  }
  if (logql::ParseGoDuration(value)) return "duration";
  if (logql::ParseBytes(value)) return "bytes";
  return "string";
}

DetectedField* FieldTable::Take(std::string_view name, std::string_view value) {
  auto field = fields_.find(name);
  if (field == fields_.end()) {
    if (fields_.size() >= max_fields_) return nullptr;
    field = fields_.try_emplace(std::string(name)).first;
  }
  field->second.type = TypeOfValue(value);
  field->second.values.emplace(value);
  return &field->second;
}

void FieldTable::Add(const logql::ResultLine& line) {
  for (const model::LabelView& label : line.metadata) Take(label.name, label.value);
  if (const auto found = json_->Read(line)) return AddParsed(line, "json", *found);
  if (const auto found = logfmt_->Read(line)) return AddParsed(line, "logfmt", *found);
  AddParsed(line, "", {});
}

void FieldTable::AddParsed(const logql::ResultLine& line, std::string_view parser,
                           const Pairs& found) {
  const auto add = [&](const Pairs& pairs) {
    for (const auto& [name, value] : pairs) {
      if (IsError(name)) continue;
      DetectedField* field = Take(name, value);
      if (field != nullptr && !parser.empty()) field->parsers.emplace(parser);
    }
  };
  add(line.parsed);
  add(found);
  if (parser != "json") return;
  boost::json::error_code error;
  const boost::json::value root = boost::json::parse(line.line, error);
  if (error || !root.is_object()) return;
  std::vector<std::string> keys;
  size_t bytes = logql::kMaxMadeLabelBytes;
  EachPath(root.get_object(), "", &bytes, &keys,
           [this](const std::string& label, const std::vector<std::string>& path) {
             const auto field = fields_.find(label);
             if (field != fields_.end()) field->second.json_path = path;
           });
}

}  // namespace vedette::api
