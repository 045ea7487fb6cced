#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_FILTER_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_FILTER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "collector/logql/parse/ast.h"

namespace re2 {
class RE2;
}

namespace vedette::logql {

// A line filter ready to run. Regexes that are plain text, or alternatives of it, become substring
// searches. Thread-safe.
class LineFilter {
 public:
  static base::StatusOr<LineFilter> Make(const LineFilterStage& stage);
  bool Keeps(std::string_view line) const;
  // True when no regex is left.
  bool IsSubstringSearch() const { return regexes_.empty(); }

 private:
  bool MatchesAny(std::string_view line) const;
  bool negative_ = false;
  std::vector<std::string> needles_;
  std::vector<std::shared_ptr<const re2::RE2>> regexes_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_LINE_FILTER_H_
