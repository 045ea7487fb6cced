#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_FILTER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_FILTER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/line_pattern.h"
#include "collector/logql/parse/stage_ast.h"
#include "collector/logql/stages/ip_matcher.h"

namespace re2 {
class RE2;
}

namespace vedette::logql {

// A line filter ready to run. Regexes that are plain text, or alternatives of it, become substring
// searches. Thread-safe.
class LineFilter {
 public:
  // InvalidArgument for a regex, a pattern or an address that is none.
  static base::StatusOr<LineFilter> Make(const LineFilterStage& stage);
  bool Keeps(std::string_view line) const;
  // True when nothing dearer is left.
  bool IsSubstringSearch() const { return regexes_.empty() && ips_.empty() && patterns_.empty(); }

 private:
  base::Status Add(LineFilterOp op, const LineFilterStage::Operand& operand);
  bool MatchesAny(std::string_view line) const;
  bool MatchesAnyRegex(std::string_view line) const;

  bool negative_ = false;
  std::vector<std::string> needles_;
  std::vector<std::shared_ptr<const re2::RE2>> regexes_;
  std::vector<LinePattern> patterns_;
  std::vector<IpMatcher> ips_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_FILTER_H_
