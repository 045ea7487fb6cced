#ifndef VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_OPS_H_
#define VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_OPS_H_

#include <map>

#include "base/status.h"
#include "collector/promql/ast.h"
#include "collector/promql/mixed_window.h"
#include "collector/promql/query_run.h"
#include "collector/promql/table.h"

// What operators make of native histograms.

namespace vedette::promql {

// One side of an operation at a step: a float, or a histogram where that is not null.
struct Operand {
  double value = 0;
  const model::Histogram* histogram = nullptr;
};

// What there is to say of an operation. Of all pairs of a step the last one that there is anything
// to say of counts, as in Prometheus.
class OpNotes {
 public:
  struct Note {
    enum class Kind { kTypes, kBuckets, kCollision, kReconciled };
    Kind kind = Kind::kTypes;
    bool left_histogram = false;
    bool right_histogram = false;
  };
  void Set(int step, Note note) { last_[step] = note; }
  void Say(const BinaryExpr& expr, Annotations* annotations) const;

 private:
  std::map<int, Note> last_;
};

// `left op right`, at least one a histogram. None where the sides do not go together, which is
// noted, or where a comparison without `bool` does not hold; with it, 0 or 1.
MixedValue ApplyMixed(const BinaryExpr& expr, const Operand& left, const Operand& right, int step,
                      MergeRules rules, OpNotes* notes);

// The same for two rows, at all steps at which both have values. Rows of floats alone are faster
// done without.
base::StatusOr<Row> ApplyMixedRows(const BinaryExpr& expr, const Row& left, const Row& right,
                                   QueryRun* run, OpNotes* notes);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_HISTOGRAM_OPS_H_
