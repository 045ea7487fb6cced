#include "collector/logql/pipeline.h"

#include <algorithm>

#include "collector/logql/stages/json_stage.h"
#include "collector/logql/stages/label_filter.h"

namespace vedette::logql {

base::StatusOr<Pipeline> Pipeline::Make(const LogQuery& log, bool labels_unused) {
  const bool labels_read =
      std::any_of(log.stages.begin(), log.stages.end(), [](const Stage& stage) {
        return std::holds_alternative<LabelFilterStage>(stage) ||
               std::holds_alternative<DropKeepStage>(stage);
      });
  Pipeline pipeline;
  for (const Stage& stage : log.stages) {
    if (const auto* filter = std::get_if<LineFilterStage>(&stage)) {
      VEDETTE_ASSIGN_OR_RETURN(LineFilter ready, LineFilter::Make(*filter));
      pipeline.steps_.emplace_back(std::move(ready));
      continue;
    }
    if (const auto* json = std::get_if<JsonStage>(&stage)) {
      if (labels_unused && !labels_read) continue;
      pipeline.steps_.emplace_back(json);
    } else if (const auto* label_filter = std::get_if<LabelFilterStage>(&stage)) {
      pipeline.steps_.emplace_back(label_filter);
    } else if (!std::holds_alternative<DropKeepStage>(stage)) {
      return base::InvalidArgument("a stage of the query is not supported yet");
    } else {
      pipeline.steps_.emplace_back(&std::get<DropKeepStage>(stage));
    }
    pipeline.leaves_labels_ = false;
  }
  // Substring searches first, then regexes: they are cheaper than a parser and do not change lines.
  const auto cost = [](const Step& step) {
    const auto* filter = std::get_if<LineFilter>(&step);
    return filter == nullptr ? 2 : filter->IsSubstringSearch() ? 0 : 1;
  };
  std::stable_sort(pipeline.steps_.begin(), pipeline.steps_.end(),
                   [&](const Step& a, const Step& b) { return cost(a) < cost(b); });
  return pipeline;
}

bool Pipeline::Run(const Step& step, const StoredLine& line) {
  if (const auto* filter = std::get_if<LineFilter>(&step)) return filter->Keeps(line.line);
  if (std::holds_alternative<const JsonStage*>(step)) {
    ExtractJson(line.line, &labels_);
    return true;
  }
  if (const auto* const* filter = std::get_if<const LabelFilterStage*>(&step)) {
    return KeepsLine(*(*filter)->filter, &labels_);
  }
  labels_.Apply(*std::get<const DropKeepStage*>(step));
  return true;
}

bool Pipeline::Process(const StoredLine& line) {
  line_ = line.line;
  bool labels_ready = false;
  for (const Step& step : steps_) {
    if (!labels_ready && !std::holds_alternative<LineFilter>(step)) {
      labels_.Reset(*line.stream, *line.metadata);
      labels_ready = true;
    }
    if (!Run(step, line)) return false;
  }
  if (!labels_ready && !leaves_labels_) labels_.Reset(*line.stream, *line.metadata);
  return true;
}

}  // namespace vedette::logql
