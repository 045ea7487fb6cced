#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_FORMAT_STAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_FORMAT_STAGE_H_

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "collector/logql/stages/line_stage.h"
#include "collector/logql/template/line_template.h"

namespace vedette::logql {

// `| line_format`: the line becomes what the template says. A template that fails leaves it and
// sets __error__.
class LineFormat final : public LineStage {
 public:
  static base::StatusOr<LineStagePtr> Make(const LineFormatStage& stage);
  bool Process(LineState* state) override;

 private:
  explicit LineFormat(LineTemplate made) : template_(std::move(made)) {}

  const LineTemplate template_;
  std::string field_;  // of "{{.field}}", which needs no template
  std::string line_;
};

// `| label_format`: renames, and templates over the labels as they were at the first of them.
class LabelFormat final : public LineStage {
 public:
  static base::StatusOr<LineStagePtr> Make(const LabelFormatStage& stage);
  bool Process(LineState* state) override;

 private:
  struct Item {
    std::string name;
    std::string source;                     // of a rename
    std::optional<LineTemplate> made_text;  // otherwise
  };
  std::vector<Item> items_;
};

// `| decolorize`: without the escapes that colour a terminal.
class Decolorize final : public LineStage {
 public:
  bool Process(LineState* state) override;

 private:
  std::string line_;
};

// `| drop` and `| keep`.
class DropKeep final : public LineStage {
 public:
  explicit DropKeep(const DropKeepStage& stage) : stage_(stage) {}
  bool Process(LineState* state) override {
    state->labels.Apply(stage_);
    return true;
  }

 private:
  const DropKeepStage& stage_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_FORMAT_STAGE_H_
