#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_FILTER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_FILTER_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logql/stages/ip_matcher.h"
#include "collector/logql/stages/line_stage.h"

namespace vedette::logql {

// `| status >= 500 and ip = ip("10.0.0.0/8")`. A value that cannot be read as what it is compared
// with keeps the line and sets __error__; a label that is not there drops it, but for texts, which
// read it as "". `__error__` is there for comparisons of texts alone.
class LabelFilterRun final : public LineStage {
 public:
  static base::StatusOr<LineStagePtr> Make(const LabelFilter& filter);
  bool Process(LineState* state) override { return Keeps(filter_, &state->labels); }

 private:
  explicit LabelFilterRun(const LabelFilter& filter) : filter_(filter) {}
  base::Status MakeIps(const LabelFilter& filter);
  bool Keeps(const LabelFilter& filter, LineLabels* labels) const;
  bool KeepsIp(const LabelFilter::Ip& ip, const LineLabels& labels) const;

  const LabelFilter& filter_;
  std::map<const LabelFilter::Ip*, IpMatcher> ips_;
};

// The label that `filter` reads and nothing beside: its name, or "" where there are several, or
// where it takes more than the label's text to tell.
std::string_view OneLabelOf(const LabelFilter& filter);
// Whether such a filter keeps a line whose label has this value; nothing: the label is not there.
bool KeepsValue(const LabelFilter& filter, std::optional<std::string_view> value);

// Adds the names of the labels that `filter` reads.
void AddLabelsRead(const LabelFilter& filter, std::vector<std::string>* names);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LABEL_FILTER_H_
