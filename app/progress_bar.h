#ifndef VEDETTE_APP_PROGRESS_BAR_H_
#define VEDETTE_APP_PROGRESS_BAR_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace vedette::app {

// How far a long work is, on standard error: a bar that moves where that is a terminal, else a line
// each ten seconds. Silent in the first second, so that short works say nothing. One thread.
class ProgressBar {
 public:
  ProgressBar(base::Clock* clock, std::string verb);
  ~ProgressBar();  // clears the bar
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` of `all`, in any unit; `what` is under way.
  void Show(uint64_t done, uint64_t all, std::string_view what);

 private:
  void Print(uint64_t done, uint64_t all, std::string_view what);

  base::Clock* const clock_;
  const std::string verb_;
  const bool terminal_;
  const int64_t begin_ns_;
  int64_t next_ns_;
  bool shown_ = false;
};

// "[######....]  63 %"
std::string BarText(uint64_t done, uint64_t all);

}  // namespace vedette::app

#endif  // VEDETTE_APP_PROGRESS_BAR_H_
