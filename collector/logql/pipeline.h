#ifndef VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_
#define VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_

#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/ast.h"
#include "collector/logql/stages/line_filter.h"
#include "collector/logql/stages/line_labels.h"
#include "collector/logql/storage.h"

namespace vedette::logql {

// A query's stages ready to run on lines. Borrows the query. One thread: it reuses its label set.
class Pipeline {
 public:
  // `labels_unused`: nothing reads the labels afterwards (a sum over everything), so parsers whose
  // labels no later stage reads need not run, and their errors are nobody's. Loki does the same.
  static base::StatusOr<Pipeline> Make(const LogQuery& log, bool labels_unused = false);

  // False: the line is dropped. Line filters run before labels are touched.
  bool Process(const StoredLine& line);
  // Of the line processed last: what it became, until the next one or as long as it was lent.
  std::string_view line() const { return line_; }
  const LineLabels& labels() const { return labels_; }
  // True when stages only look at the line: stream and metadata stay as they are.
  bool LeavesLabels() const { return leaves_labels_; }

 private:
  using Step =
      std::variant<LineFilter, const JsonStage*, const LabelFilterStage*, const DropKeepStage*>;
  bool Run(const Step& step, const StoredLine& line);

  std::vector<Step> steps_;
  bool leaves_labels_ = true;
  std::string_view line_;
  LineLabels labels_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PIPELINE_H_
