#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LOGFMT_STAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LOGFMT_STAGE_H_

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "collector/logql/stages/line_stage.h"

namespace vedette::logql {

// `| logfmt`: pairs that cannot be read are skipped, or with --strict end it with __error__; pairs
// without a value are left out but with --keep-empty.
class LogfmtFields final : public LineStage {
 public:
  LogfmtFields(const LogfmtStage& stage, const ParserHints& hints) : stage_(stage), hints_(hints) {}
  bool Process(LineState* state) override;

 private:
  const LogfmtStage& stage_;
  const ParserHints& hints_;
};

// `| logfmt a="b"`: these fields alone; one that is not there makes an empty label.
class LogfmtNamed final : public LineStage {
 public:
  static base::StatusOr<LineStagePtr> Make(const LogfmtStage& stage, const ParserHints& hints);
  bool Process(LineState* state) override;

 private:
  LogfmtNamed(const LogfmtStage& stage, const ParserHints& hints) : stage_(stage), hints_(hints) {}
  void Take(const std::string& field, std::string_view value, LineLabels* labels) const;

  const LogfmtStage& stage_;
  const ParserHints& hints_;
  std::vector<std::pair<std::string, std::string>> fields_;  // label, field
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LOGFMT_STAGE_H_
