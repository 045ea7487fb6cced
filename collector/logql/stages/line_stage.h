#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_STAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_STAGE_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/status.h"
#include "collector/logql/parse/stage_ast.h"
#include "collector/logql/stages/line_labels.h"
#include "collector/logql/stages/parser_hints.h"

namespace vedette::logql {

// A line on its way through a pipeline.
struct LineState {
  int64_t timestamp_ns = 0;
  std::string_view line;  // lent by the store, or by the stage that made it, until the next line
  LineLabels labels;
};

// One stage that reads or changes labels, ready to run. One thread: stages keep buffers.
class LineStage {
 public:
  LineStage() = default;
  virtual ~LineStage() = default;
  LineStage(const LineStage&) = delete;
  LineStage& operator=(const LineStage&) = delete;
  // False: the line is dropped.
  virtual bool Process(LineState* state) = 0;
};
using LineStagePtr = std::unique_ptr<LineStage>;

// The stage as it runs; null for line filters, which see no labels. Borrows `stage` and `hints`.
// InvalidArgument for what parses and makes no sense: a template, an address or a path that is
// none.
base::StatusOr<LineStagePtr> MakeLineStage(const Stage& stage, const ParserHints& hints);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_STAGE_H_
