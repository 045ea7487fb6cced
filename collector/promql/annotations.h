#ifndef VEDETTE_COLLECTOR_PROMQL_ANNOTATIONS_H_
#define VEDETTE_COLLECTOR_PROMQL_ANNOTATIONS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "collector/promql/ast.h"

namespace vedette::promql {

// What a query says beside its value. A message is kept once: the place where it was last said, as
// Prometheus merges them. Not thread-safe.
class Annotations {
 public:
  // `subject`: the text behind "PromQL warning: " or "PromQL info: ".
  void Warn(std::string subject, PositionRange where);
  void Inform(std::string subject, PositionRange where);
  // As if all of `later` were said now.
  void Add(const Annotations& later);

  void WarnInvalidQuantile(double q, PositionRange where);
  void WarnBadBucketLabel(std::string_view metric, std::string_view le, PositionRange where);
  void InformForcedMonotonicity(std::string_view metric, PositionRange where);

  struct Texts {
    std::vector<std::string> warnings;
    std::vector<std::string> infos;
  };
  // Sorted; with " (LINE:COLUMN)" where asked; at most `max` of each kind (0: all) and then one
  // that says how many are left out. Positions count into `query`; without one (a tree evaluated
  // alone) pass an empty text and none are shown.
  Texts Render(std::string_view query, bool positions, size_t max) const;

 private:
  using Entries = std::map<std::string, int>;
  static std::vector<std::string> RenderKind(const Entries& entries, std::string_view query,
                                             bool positions, size_t max, std::string_view kind);
  Entries warnings_;
  Entries infos_;
};

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_ANNOTATIONS_H_
