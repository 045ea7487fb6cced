#include "collector/logql/stages/json_stage.h"

#include <string>
#include <utility>

#include "collector/logql/stages/label_name.h"

namespace vedette::logql {
namespace {

constexpr std::string_view kJsonError = "JSONParserErr";
constexpr std::string_view kPackedEntry = "_entry";
constexpr const char* kTooDeep = "Object is nested too deeply";
constexpr const char* kTooManyLabels = "Object makes labels of more than 8 MiB";
constexpr std::string_view kNotPacked = "expecting json object(6), but it is not";

// Makes labels of an object's members and of the objects in it.
class Flattener {
 public:
  explicit Flattener(LabelSink* sink) : sink_(sink) {}

  // At most kMaxJsonDepth deep.
  const char* Run(std::string_view object, int depth) {
    if (depth > kMaxJsonDepth) return kTooDeep;
    JsonReader reader(object);
    return reader.EachMember([&](std::string_view name, const JsonValue& value) {
      const size_t prefix = name_.size();
      if (prefix > 0) name_.push_back('_');
      AppendLabelName(name, &name_);
      const char* const error = Take(value, depth);
      name_.resize(prefix);
      return error;
    });
  }

 private:
  const char* Take(const JsonValue& value, int depth) {
    switch (value.kind) {
      case JsonKind::kNull:
      case JsonKind::kArray:
        break;
      case JsonKind::kObject:
        return sink_->WantsPrefix(name_) ? Run(value.text, depth + 1) : nullptr;
      case JsonKind::kBool:
      case JsonKind::kNumber:
        sink_->Add(name_, value.text);
        break;
      case JsonKind::kString:
        sink_->Add(name_, JsonLabelText(value));
        break;
    }
    if (sink_->labels()->Overflown()) return kTooManyLabels;
    return sink_->Done() ? JsonReader::kStop : nullptr;
  }

  LabelSink* const sink_;
  std::string name_;  // of the member being read, with those around it
};

}  // namespace

bool JsonFields::Process(LineState* state) {
  LabelSink sink(&state->labels, hints_);
  if (sink.Done()) return true;
  const char* const error = Flattener(&sink).Run(state->line, 1);
  if (error != nullptr && error != JsonReader::kStop) state->labels.SetError(kJsonError, error);
  return true;
}

base::StatusOr<LineStagePtr> JsonPaths::Make(const std::vector<Extraction>& extractions,
                                             const ParserHints& hints) {
  std::unique_ptr<JsonPaths> stage(new JsonPaths(hints));
  for (const Extraction& extraction : extractions) {
    VEDETTE_ASSIGN_OR_RETURN(JsonPath path, ParseJsonPath(extraction.path));
    stage->paths_.emplace_back(extraction.name, std::move(path));
  }
  return stage;
}

bool JsonPaths::Process(LineState* state) {
  LineLabels& labels = state->labels;
  if (state->line.empty() || LabelSink(&labels, hints_).Done()) return true;
  const char first = state->line[0];
  if (first != '"' && first != '{' && first != '[') {
    labels.SetError(kJsonError);
    return true;
  }
  bool all = true;
  for (const auto& [name, path] : paths_) {
    JsonValue value;
    const char* error = nullptr;
    if (!FindJsonPath(state->line, path, &value, &error)) {
      all = false;
      continue;
    }
    std::string label = name;
    if (labels.Clashes(name)) label += kClashSuffix;
    labels.Set(label, JsonLabelText(value));
  }
  for (const auto& [name, path] : paths_) {
    if (!all && !labels.Get(name)) labels.Set(name, "");
  }
  return true;
}

bool UnpackFields::Process(LineState* state) {
  LabelSink sink(&state->labels, hints_);
  if (state->line.empty() || sink.Done()) return true;
  if (state->line[0] != '{') {
    state->labels.SetError(kJsonError, kNotPacked);
    return true;
  }
  bool packed = false;
  std::vector<std::pair<std::string, std::string>> found;
  JsonReader reader(state->line);
  const char* const error = reader.EachMember([&](std::string_view name, const JsonValue& value) {
    if (value.kind != JsonKind::kString) return static_cast<const char*>(nullptr);
    if (name == kPackedEntry) {
      packed = true;
      entry_.clear();
      return UnescapeJson(value.text, &entry_) ? nullptr : "Malformed string escape error";
    }
    std::string label;
    AppendLabelName(name, &label);
    found.emplace_back(std::move(label), JsonLabelText(value));
    return static_cast<const char*>(nullptr);
  });
  if (error != nullptr) {
    state->labels.SetError(kJsonError, error);
    return true;
  }
  if (!packed) return true;
  for (const auto& [name, value] : found) sink.Add(name, value);
  state->line = entry_;
  return true;
}

}  // namespace vedette::logql
