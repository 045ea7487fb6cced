#include "collector/logql/stages/capture_stage.h"

#include <string>

#include "base/strings.h"
#include "collector/logql/stages/pattern_matcher.h"

namespace vedette::logql {

base::StatusOr<LineStagePtr> RegexpCaptures::Make(const RegexpStage& stage,
                                                  const ParserHints& hints) {
  std::unique_ptr<RegexpCaptures> made(new RegexpCaptures(hints));
  VEDETTE_ASSIGN_OR_RETURN(made->captures_, CompileCaptureRegex(stage.pattern));
  made->groups_.resize(made->captures_.names.size() + 1);
  return made;
}

bool RegexpCaptures::Process(LineState* state) {
  LabelSink sink(&state->labels, hints_);
  std::string_view line = state->line;
  // As line filters do: Go reads a byte that is no character as U+FFFD.
  std::string repaired;
  if (!base::IsValidUtf8(line)) {
    repaired = base::RepairUtf8(line);
    line = repaired;
  }
  if (!captures_.regex->Match(re2::StringPiece(line.data(), line.size()), 0, line.size(),
                              re2::RE2::UNANCHORED, groups_.data(),
                              static_cast<int>(groups_.size()))) {
    return true;
  }
  for (size_t i = 0; i < captures_.names.size(); ++i) {
    const re2::StringPiece& group = groups_[i + 1];
    if (captures_.names[i].empty()) continue;
    sink.Add(captures_.names[i], {group.data() == nullptr ? "" : group.data(), group.size()});
  }
  return true;
}

base::StatusOr<LineStagePtr> PatternCaptures::Make(const PatternStage& stage,
                                                   const ParserHints& hints) {
  std::unique_ptr<PatternCaptures> made(new PatternCaptures(hints));
  VEDETTE_ASSIGN_OR_RETURN(made->pattern_, ParseCapturePattern(stage.pattern));
  return made;
}

bool PatternCaptures::Process(LineState* state) {
  LabelSink sink(&state->labels, hints_);
  if (sink.Done()) return true;
  EachCapture(pattern_, state->line,
              [&](std::string_view name, std::string_view text) { sink.Add(name, text); });
  return true;
}

}  // namespace vedette::logql
