#include "collector/logql/stages/logfmt_stage.h"

#include <algorithm>

#include "base/strings.h"
#include "collector/logql/stages/label_name.h"
#include "collector/logql/stages/logfmt_reader.h"

namespace vedette::logql {
namespace {

constexpr std::string_view kLogfmtError = "LogfmtParserErr";

bool HasInvalid(std::string_view value) {
  return !base::IsValidUtf8(value) || value.find("\xEF\xBF\xBD") != std::string_view::npos;
}

// The name of an expression: a word, or anything between quotes.
base::StatusOr<std::string> FieldNamed(std::string_view expression) {
  std::string_view field = base::Trim(expression);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
    field = field.substr(1, field.size() - 2);
  } else if (!model::IsLegacyLabelName(field)) {
    return base::InvalidArgument(
        base::Concat({"cannot parse expression [", expression, "]: syntax error"}));
  }
  return std::string(field);
}

}  // namespace

bool LogfmtFields::Process(LineState* state) {
  LabelSink sink(&state->labels, hints_);
  if (sink.Done()) return true;
  LogfmtReader reader(state->line);
  std::string name;
  while (!reader.AtEnd()) {
    if (!reader.Next()) {
      if (stage_.strict) break;
      continue;
    }
    if (reader.value().empty() && !stage_.keep_empty) continue;
    name.clear();
    AppendLabelName(reader.name(), &name);
    if (name.empty()) continue;
    if (HasInvalid(reader.value())) {
      sink.Add(name, WithoutInvalid(std::string(reader.value())));
    } else {
      sink.Add(name, reader.value());
    }
    if (sink.Done()) break;
  }
  if (stage_.strict && !reader.error().empty()) {
    state->labels.SetError(kLogfmtError, reader.error());
  }
  return true;
}

base::StatusOr<LineStagePtr> LogfmtNamed::Make(const LogfmtStage& stage, const ParserHints& hints) {
  std::unique_ptr<LogfmtNamed> made(new LogfmtNamed(stage, hints));
  for (const Extraction& extraction : stage.extractions) {
    VEDETTE_ASSIGN_OR_RETURN(std::string field, FieldNamed(extraction.path));
    made->fields_.emplace_back(extraction.name, std::move(field));
  }
  return made;
}

void LogfmtNamed::Take(const std::string& field, std::string_view value, LineLabels* labels) const {
  // A label that is called like the field takes it, too.
  auto at = std::find_if(fields_.begin(), fields_.end(),
                         [&](const auto& named) { return named.second == field; });
  if (at == fields_.end()) {
    at = std::find_if(fields_.begin(), fields_.end(),
                      [&](const auto& named) { return named.first == field; });
  }
  if (at == fields_.end()) return;
  const std::string& label = at->first;
  labels->Set(labels->Clashes(label) ? base::Concat({label, kClashSuffix}) : label, value);
}

bool LogfmtNamed::Process(LineState* state) {
  LineLabels& labels = state->labels;
  if (LabelSink(&labels, hints_).Done()) return true;
  for (const auto& [label, field] : fields_) {
    if (!labels.Clashes(label)) labels.Set(label, "");
  }
  LogfmtReader reader(state->line);
  std::string name;
  while (!reader.AtEnd()) {
    if (!reader.Next()) {
      if (stage_.strict) break;
      continue;
    }
    name.clear();
    AppendLabelName(reader.name(), &name);
    Take(name, HasInvalid(reader.value()) ? std::string_view() : reader.value(), &labels);
  }
  if (stage_.strict && !reader.error().empty()) labels.SetError(kLogfmtError, reader.error());
  return true;
}

}  // namespace vedette::logql
