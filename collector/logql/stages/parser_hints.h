#ifndef VEDETTE_COLLECTOR_LOGQL_STAGES_PARSER_HINTS_H_
#define VEDETTE_COLLECTOR_LOGQL_STAGES_PARSER_HINTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "collector/logql/stages/line_labels.h"

namespace vedette::logql {

// Which labels a query reads, so that parsers leave out the others and stop at the last. It changes
// answers, too, as in Loki: what stands behind that is not looked at, errors of the line included.
// Immutable, thread-safe.
class ParserHints {
 public:
  // Everything is wanted: log queries, and series that keep the labels they get.
  ParserHints() = default;
  // These alone; a name ending in "_extracted" also without.
  static ParserHints Only(const std::vector<std::string>& names);
  // None: parsers need not run.
  static ParserHints Nothing();

  // Nothing is left to be found on this line.
  bool Done(const LineLabels& labels) const;
  bool Wants(std::string_view name) const;
  // Whether a label of that name, of whatever origin, matters to anybody: other than Wants also
  // where parsers need not run.
  bool Reads(std::string_view name) const { return !nothing_ && Wants(name); }
  // False: every name is wanted.
  bool IsFinite() const { return nothing_ || !names_.empty(); }
  const std::vector<std::string>& names() const { return names_; }  // sorted, where finite
  // Whether a wanted name begins so.
  bool WantsPrefix(std::string_view prefix) const;

 private:
  bool nothing_ = false;
  std::vector<std::string> names_;  // empty: all
};

// Where a parser puts what it finds: names that clash get their suffix, names that nobody reads are
// left out.
class LabelSink {
 public:
  LabelSink(LineLabels* labels, const ParserHints& hints) : labels_(labels), hints_(hints) {}
  void Add(std::string_view name, std::string_view value);
  bool Done() const { return hints_.Done(*labels_); }
  bool WantsPrefix(std::string_view prefix) const { return hints_.WantsPrefix(prefix); }
  LineLabels* labels() { return labels_; }

 private:
  LineLabels* const labels_;
  const ParserHints& hints_;
};

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_STAGES_PARSER_HINTS_H_
