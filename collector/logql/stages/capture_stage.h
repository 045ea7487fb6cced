#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_CAPTURE_STAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_CAPTURE_STAGE_H_

#include <vector>

#include <re2/re2.h>

#include "base/status.h"
#include "collector/logql/parse/line_pattern.h"
#include "collector/logql/parse/line_regex.h"
#include "collector/logql/stages/line_stage.h"

namespace vedette::logql {

// `| regexp`: each named group of the first match; nothing where there is none.
class RegexpCaptures final : public LineStage {
 public:
  static base::StatusOr<LineStagePtr> Make(const RegexpStage& stage, const ParserHints& hints);
  bool Process(LineState* state) override;

 private:
  explicit RegexpCaptures(const ParserHints& hints) : hints_(hints) {}

  const ParserHints& hints_;
  CaptureRegex captures_;
  std::vector<re2::StringPiece> groups_;
};

// `| pattern`.
class PatternCaptures final : public LineStage {
 public:
  static base::StatusOr<LineStagePtr> Make(const PatternStage& stage, const ParserHints& hints);
  bool Process(LineState* state) override;

 private:
  explicit PatternCaptures(const ParserHints& hints) : hints_(hints) {}

  const ParserHints& hints_;
  LinePattern pattern_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_CAPTURE_STAGE_H_
