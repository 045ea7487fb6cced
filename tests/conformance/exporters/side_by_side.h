#ifndef VEDETTE_TESTS_CONFORMANCE_EXPORTERS_SIDE_BY_SIDE_H_
#define VEDETTE_TESTS_CONFORMANCE_EXPORTERS_SIDE_BY_SIDE_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/metrics_page.h"

namespace vedette::test {

// What a run has found. One thread.
class Tally {
 public:
  // Prints a failure at once.
  void Check(bool good, const std::string& what);
  // Prints "N passed, N failed"; the exit code of the program.
  int Finish() const;

 private:
  int passed_ = 0;
  int failed_ = 0;
};

// A family that is not compared in full, or all whose names begin so where `name` ends in '*'; with
// `label`, only its series that have this text. The first that fits counts. Why stands beside it in
// the caller's table.
struct Exception {
  enum Kind {
    kAbsent,  // not looked at
    kShape,   // type, HELP and names of labels are compared, series are not
    kSeries,  // series are there, values are not compared
    kAtLeast  // values are the peer's or higher
  };
  std::string name;
  Kind kind;
  std::string label = "";  // `state="Running"`
};

// Our page against a peer's on the same machine, in rounds: theirs, ours, theirs again. A value of
// ours passes when it lies between the two that the peer gave: what grows must have grown no
// further, what stands still must be equal. What jitters from one moment to the next may miss that
// once, so a series passes in the round that shows it right; one that is wrong never does. Series
// that are gone before they were seen right are forgotten. One thread.
class SideBySide {
 public:
  // Some exporters of ours have upstream's HELP texts, others their own.
  enum class Help { kSame, kOwn };

  SideBySide(std::string name, Help help, std::vector<Exception> exceptions);

  void AddRound(const MetricsPage& before, const MetricsPage& ours, const MetricsPage& after);
  // Whether every series that any round asked for has passed.
  bool IsSettled() const { return open_.empty(); }
  // Counts each family and each series once, and lists what only ours has.
  void Finish(Tally* tally) const;

 private:
  // Null: compared in full. `series` may be empty: the family as a whole.
  const Exception* Find(const std::string& family, std::string_view series = "") const;
  bool IsLeftOut(const std::string& family) const;
  void CompareShape(const std::string& name, const MetricsPage::Family& theirs,
                    const MetricsPage& ours);
  void CompareSeries(const std::string& family, const MetricsPage::Family& before,
                     const MetricsPage::Family& after, const MetricsPage::Family& ours);
  void Settle(const std::string& what, const std::string& wrong);
  void NoteExtras(const MetricsPage& theirs, const MetricsPage& ours);

  const std::string name_;
  const Help help_;
  const std::vector<Exception> exceptions_;
  std::set<std::string> passed_;             // families and series
  std::map<std::string, std::string> open_;  // and what was wrong when they were last seen
  std::set<std::string> asked_;              // in this round
  std::set<std::string> extras_;             // families
};

// `page` with what `since` already had taken off its counters: how much came on top.
MetricsPage Growth(const MetricsPage& page, const MetricsPage& since);

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_CONFORMANCE_EXPORTERS_SIDE_BY_SIDE_H_
