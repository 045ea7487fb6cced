#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_STAGE_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_STAGE_H_

#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logql/stages/json_path.h"
#include "collector/logql/stages/line_stage.h"

namespace vedette::logql {

// Deepest nesting of objects that becomes labels; deeper ones are an error of the line.
inline constexpr int kMaxJsonDepth = 64;

// `| json`: objects flattened with "_", arrays and nulls skipped, numbers as written, names made
// label names. A line that is not an object, or broken, gets __error__; labels found before the
// break stay.
class JsonFields final : public LineStage {
 public:
  explicit JsonFields(const ParserHints& hints) : hints_(hints) {}
  bool Process(LineState* state) override;

 private:
  const ParserHints& hints_;
};

// `| json a="b.c[0]"`: each path's value; a path that is not there makes an empty label.
class JsonPaths final : public LineStage {
 public:
  static base::StatusOr<LineStagePtr> Make(const std::vector<Extraction>& extractions,
                                           const ParserHints& hints);
  bool Process(LineState* state) override;

 private:
  explicit JsonPaths(const ParserHints& hints) : hints_(hints) {}

  const ParserHints& hints_;
  std::vector<std::pair<std::string, JsonPath>> paths_;
};

// `| unpack`: "_entry" becomes the line and the other strings labels; without it nothing happens.
class UnpackFields final : public LineStage {
 public:
  explicit UnpackFields(const ParserHints& hints) : hints_(hints) {}
  bool Process(LineState* state) override;

 private:
  const ParserHints& hints_;
  std::string entry_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_JSON_STAGE_H_
