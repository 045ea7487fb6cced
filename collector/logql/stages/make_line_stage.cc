#include "collector/logql/stages/capture_stage.h"
#include "collector/logql/stages/format_stage.h"
#include "collector/logql/stages/json_stage.h"
#include "collector/logql/stages/label_filter.h"
#include "collector/logql/stages/line_stage.h"
#include "collector/logql/stages/logfmt_stage.h"

namespace vedette::logql {
namespace {

// One a kind of stage, found by its type.
struct StageMaker {
  const ParserHints& hints;

  base::StatusOr<LineStagePtr> operator()(const LineFilterStage&) const { return LineStagePtr(); }
  base::StatusOr<LineStagePtr> operator()(const JsonStage& stage) const {
    if (!stage.extractions.empty()) return JsonPaths::Make(stage.extractions, hints);
    return std::make_unique<JsonFields>(hints);
  }
  base::StatusOr<LineStagePtr> operator()(const LogfmtStage& stage) const {
    if (!stage.extractions.empty()) return LogfmtNamed::Make(stage, hints);
    return std::make_unique<LogfmtFields>(stage, hints);
  }
  base::StatusOr<LineStagePtr> operator()(const RegexpStage& stage) const {
    return RegexpCaptures::Make(stage, hints);
  }
  base::StatusOr<LineStagePtr> operator()(const PatternStage& stage) const {
    return PatternCaptures::Make(stage, hints);
  }
  base::StatusOr<LineStagePtr> operator()(const UnpackStage&) const {
    return std::make_unique<UnpackFields>(hints);
  }
  base::StatusOr<LineStagePtr> operator()(const DecolorizeStage&) const {
    return std::make_unique<Decolorize>();
  }
  base::StatusOr<LineStagePtr> operator()(const LabelFilterStage& stage) const {
    return LabelFilterRun::Make(*stage.filter);
  }
  base::StatusOr<LineStagePtr> operator()(const LineFormatStage& stage) const {
    return LineFormat::Make(stage);
  }
  base::StatusOr<LineStagePtr> operator()(const LabelFormatStage& stage) const {
    return LabelFormat::Make(stage);
  }
  base::StatusOr<LineStagePtr> operator()(const DropKeepStage& stage) const {
    return std::make_unique<DropKeep>(stage);
  }
};

}  // namespace

base::StatusOr<LineStagePtr> MakeLineStage(const Stage& stage, const ParserHints& hints) {
  return std::visit(StageMaker{hints}, stage);
}

}  // namespace vedette::logql
