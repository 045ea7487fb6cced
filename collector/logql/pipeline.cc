#include "collector/logql/pipeline.h"

#include <algorithm>
#include <utility>

namespace vedette::logql {
namespace {

using StageList = std::vector<const Stage*>;

bool IsLineFilter(const Stage* stage) { return std::holds_alternative<LineFilterStage>(*stage); }

bool ChangesLine(const Stage* stage) {
  return std::holds_alternative<LineFormatStage>(*stage) ||
         std::holds_alternative<UnpackStage>(*stage) ||
         std::holds_alternative<DecolorizeStage>(*stage);
}

// Substring searches first, then what is dearer: none of them changes anything.
int Cost(const Stage* stage) {
  if (!IsLineFilter(stage)) return 2;
  const LineFilterStage& filter = std::get<LineFilterStage>(*stage);
  const bool substring =
      filter.op == LineFilterOp::kContains || filter.op == LineFilterOp::kNotContains;
  return substring && !filter.operands[0].ip ? 0 : 1;
}

// Line filters go before the stages that stand between them and the last label filter, line_format
// or unpack before them: decolorize is none of these, so that filters behind it see colours, as in
// Loki.
StageList InLokisOrder(const std::vector<Stage>& stages) {
  StageList ordered;
  auto group = ordered.size();
  for (const Stage& stage : stages) {
    if (IsLineFilter(&stage)) {
      ordered.insert(ordered.begin() + static_cast<std::ptrdiff_t>(group++), &stage);
      continue;
    }
    ordered.push_back(&stage);
    const bool ends_group = std::holds_alternative<LabelFilterStage>(stage) ||
                            std::holds_alternative<LineFormatStage>(stage) ||
                            std::holds_alternative<UnpackStage>(stage);
    if (ends_group) group = ordered.size();
  }
  return ordered;
}

StageList Ordered(const std::vector<Stage>& stages) {
  StageList ordered = InLokisOrder(stages);
  const auto changed = std::find_if(ordered.begin(), ordered.end(), ChangesLine);
  std::stable_sort(ordered.begin(), changed,
                   [](const Stage* a, const Stage* b) { return Cost(a) < Cost(b); });
  return ordered;
}

}  // namespace

base::StatusOr<Pipeline> Pipeline::Make(const LogQuery& log, ParserHints hints) {
  Pipeline pipeline;
  pipeline.hints_ = std::make_unique<const ParserHints>(std::move(hints));
  for (const Stage* const stage : Ordered(log.stages)) {
    if (const auto* filter = std::get_if<LineFilterStage>(stage)) {
      VEDETTE_ASSIGN_OR_RETURN(LineFilter ready, LineFilter::Make(*filter));
      pipeline.steps_.emplace_back(std::move(ready));
      continue;
    }
    VEDETTE_ASSIGN_OR_RETURN(LineStagePtr ready, MakeLineStage(*stage, *pipeline.hints_));
    pipeline.steps_.emplace_back(std::move(ready));
    pipeline.leaves_labels_ = false;
  }
  return pipeline;
}

bool Pipeline::Process(const StoredLine& line) {
  state_.line = line.line;
  state_.timestamp_ns = line.timestamp_ns;
  bool labels_ready = false;
  for (const Step& step : steps_) {
    if (const auto* filter = std::get_if<LineFilter>(&step)) {
      if (!filter->Keeps(state_.line)) return false;
      continue;
    }
    if (!labels_ready) state_.labels.Reset(*line.stream, *line.metadata);
    labels_ready = true;
    if (!std::get<LineStagePtr>(step)->Process(&state_)) return false;
  }
  return true;
}

}  // namespace vedette::logql
