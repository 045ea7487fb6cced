#ifndef VEDETTE_APP_LOGS_SEEN_H_
#define VEDETTE_APP_LOGS_SEEN_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "app/logs_page.h"

namespace vedette::app {

// Which of the newest lines were shown, and how often: equal lines of equal time may be several.
// Joins what is asked for page by page and what comes over a connection that was opened before, so
// that no line is lost and none shown twice. One thread.
class SeenLines {
 public:
  // All lines of a range: those of them that were not shown yet, which count as shown.
  std::vector<FetchedLine> Asked(std::vector<FetchedLine> lines);
  // Lines as they came: without those that were asked for since Connected.
  std::vector<FetchedLine> Came(std::vector<FetchedLine> lines);
  // From now on lines come that may be asked for, too.
  void Connected() { asked_.clear(); }
  // Lines before that time are asked for no more.
  void Forget(int64_t before_ns);

 private:
  using Counts = std::map<FetchedLine, size_t>;
  static void Forget(int64_t before_ns, Counts* counts);

  Counts shown_;
  Counts asked_;  // and not come yet
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_LOGS_SEEN_H_
