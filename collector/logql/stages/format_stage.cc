#include "collector/logql/stages/format_stage.h"

#include <re2/re2.h>

#include <set>

#include "base/strings.h"
#include "collector/logql/parse/line_regex.h"

namespace vedette::logql {
namespace {

using base::tmpl::Value;

constexpr std::string_view kTemplateError = "TemplateFormatErr";

// CSI and OSC sequences, as the stripansi library finds them.
constexpr std::string_view kColours =
    "[\\x{1B}\\x{9B}][[\\]()#;?]*(?:(?:(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\\x07)|"
    "(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]))";

Value::Map LabelMap(const LineLabels& labels) {
  Value::Map map;
  labels.EachWithErrors([&](std::string_view name, std::string_view value) {
    map.insert_or_assign(std::string(name), Value(value));
  });
  return map;
}

// "level" of "{{ .level }}"; empty for every other template.
std::string FieldOf(std::string_view text) {
  if (!base::StartsWith(text, "{{") || !base::EndsWith(text, "}}")) return {};
  const std::string_view inside = base::Trim(text.substr(2, text.size() - 4));
  if (!base::StartsWith(inside, ".") || !model::IsLegacyLabelName(inside.substr(1))) return {};
  return std::string(inside.substr(1));
}

}  // namespace

base::StatusOr<LineStagePtr> LineFormat::Make(const LineFormatStage& stage) {
  auto made = LineTemplate::Parse("line", stage.text);
  if (!made.ok()) return base::Annotate(made.status(), "invalid line template");
  std::unique_ptr<LineFormat> format(new LineFormat(*std::move(made)));
  format->field_ = FieldOf(stage.text);
  return format;
}

bool LineFormat::Process(LineState* state) {
  if (!field_.empty()) {
    line_ = state->labels.Get(field_).value_or("");
    state->line = line_;
    return true;
  }
  auto made = template_.Execute({state->line, state->timestamp_ns}, LabelMap(state->labels));
  if (made.ok()) {
    line_ = *std::move(made);
    state->line = line_;
  } else {
    state->labels.SetError(kTemplateError, base::Message(made.status()));
  }
  return true;
}

base::StatusOr<LineStagePtr> LabelFormat::Make(const LabelFormatStage& stage) {
  auto format = std::make_unique<LabelFormat>();
  std::set<std::string_view> names;
  for (const LabelFormatStage::Item& item : stage.items) {
    if (item.name == kErrorLabel) {
      return base::InvalidArgument(base::Concat({item.name, " cannot be formatted"}));
    }
    if (!names.insert(item.name).second) {
      return base::InvalidArgument(base::Concat(
          {"multiple label name '", item.name, "' not allowed in a single format operation"}));
    }
    Item ready{item.name, item.value, std::nullopt};
    if (!item.rename) {
      auto made = LineTemplate::Parse("label", item.value);
      if (!made.ok()) {
        return base::Annotate(made.status(),
                              base::Concat({"invalid template for label '", item.name, "'"}));
      }
      ready.made_text = *std::move(made);
    }
    format->items_.push_back(std::move(ready));
  }
  return format;
}

bool LabelFormat::Process(LineState* state) {
  LineLabels& labels = state->labels;
  std::optional<Value::Map> map;
  for (const Item& item : items_) {
    if (!item.made_text) {
      const auto value = labels.Get(item.source);
      if (!value) continue;
      labels.Set(item.name, std::string(*value));
      labels.Delete(item.source);
      continue;
    }
    if (!map) map = LabelMap(labels);
    const auto text = item.made_text->Execute({state->line, state->timestamp_ns}, *map);
    if (text.ok()) {
      labels.Set(item.name, *text);
    } else {
      labels.SetError(kTemplateError, base::Message(text.status()));
    }
  }
  return true;
}

bool Decolorize::Process(LineState* state) {
  static const auto colours = CompileLineRegex(kColours);
  // Every sequence begins with an escape, or with its one-character form (C2 9B).
  if (state->line.find_first_of("\x1B\x9B") == std::string_view::npos) return true;
  line_ = state->line;
  if (colours.ok()) re2::RE2::GlobalReplace(&line_, **colours, "");
  state->line = line_;
  return true;
}

}  // namespace vedette::logql
