#include "tests/conformance/logql/load_script.h"

#include <algorithm>
#include <string>

#include "base/strings.h"
#include "collector/logql/parse/lexer.h"
#include "collector/logql/parse/units.h"

namespace vedette::logql {
namespace {

// Takes the quoted string at the start of `text`.
std::string TakeQuoted(std::string_view* text) {
  const char quote = (*text)[0];
  size_t end = text->find(quote, 1);
  while (quote == '"' && end != std::string_view::npos && (*text)[end - 1] == '\\') {
    end = text->find(quote, end + 1);
  }
  const auto tokens = Lex(text->substr(0, end + 1));
  text->remove_prefix(end + 1);
  return tokens.ok() ? tokens->front().text : std::string();
}

// What stands between `begin` and the next bracket; empty when `begin` does not stand there.
std::string_view Between(std::string_view text, std::string_view begin) {
  const size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + begin.size());
  return rest.substr(0, rest.find(']'));
}

}  // namespace

int64_t ScriptTime(std::string_view text) { return ParseAnyDuration(base::Trim(text)).value_or(0); }

model::Labels ScriptLabels(std::string_view text) {
  model::LabelsBuilder builder;
  const auto tokens = Lex(text);
  if (!tokens.ok()) return {};
  for (size_t i = 0; i + 2 < tokens->size(); ++i) {
    if ((*tokens)[i + 1].IsOperator("=")) builder.Set((*tokens)[i].text, (*tokens)[i + 2].text);
  }
  return builder.Build();
}

void LoadScriptLine(std::string_view text, MemorySource* source) {
  const size_t close = text.find('}');
  const model::Labels stream = ScriptLabels(text.substr(0, close + 1));
  text = base::Trim(text.substr(close + 1));
  const std::string line = TakeQuoted(&text);
  text = base::Trim(text.substr(text.find('@') + 1));
  const int64_t start = ScriptTime(text.substr(0, std::min(text.find('['), text.size())));
  const model::Labels metadata = ScriptLabels(Between(text, "[metadata "));
  int64_t every = 0;
  int64_t times = 1;
  if (const std::string_view repeat = Between(text, "[repeat every "); !repeat.empty()) {
    const size_t word = repeat.find(" for ");
    every = ScriptTime(repeat.substr(0, word));
    times = base::ParseInt(base::Trim(repeat.substr(word + 5))).value_or(1);
  }
  for (int64_t i = 0; i < times; ++i) source->Add(stream, start + i * every, line, metadata);
}

}  // namespace vedette::logql
