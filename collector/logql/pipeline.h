#ifndef VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_
#define VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/stages/line_filter.h"
#include "collector/logql/stages/line_stage.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

// A query's stages ready to run on lines. Borrows the query. One thread: it reuses its buffers.
class Pipeline {
 public:
  Pipeline() = default;
  // InvalidArgument for a stage that makes no sense. `hints`: the labels that are read of the lines
  // that are kept, and by the stages.
  static base::StatusOr<Pipeline> Make(const LogQuery& log, ParserHints hints = {});

  // False: the line is dropped. Line filters run before labels are touched.
  bool Process(const StoredLine& line);
  // Of the line processed last: what it became, until the next one or as long as it was lent.
  std::string_view line() const { return state_.line; }
  LineLabels& labels() { return state_.labels; }
  LineState* state() { return &state_; }
  // True when stages only look at the line: stream and metadata stay as they are, and `labels` are
  // not filled in.
  bool LeavesLabels() const { return leaves_labels_; }

 private:
  using Step = std::variant<LineFilter, LineStagePtr>;

  std::unique_ptr<const ParserHints> hints_;  // lent to the stages
  std::vector<Step> steps_;
  bool leaves_labels_ = true;
  LineState state_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_
