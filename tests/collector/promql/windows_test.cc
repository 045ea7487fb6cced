#include "collector/promql/windows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace vedette::promql {
namespace {

// A plan worked out from the words of windows.h, a sample at a time.
struct Expected {
  std::vector<uint32_t> low, high;
  std::vector<int> filled;  // steps that have samples
  size_t samples = 0;
  int slide_first = 0, slide_end = 0;  // of the first of the longest runs
  bool newest_slides = false;

  Expected(const StepWindows& windows, const std::vector<int64_t>& times) {
    for (size_t step = 0; step < windows.steps; ++step) {
      const TimeWindow window = windows.At(step);
      const auto upto = [&](int64_t at) {
        return static_cast<uint32_t>(
            std::count_if(times.begin(), times.end(), [at](int64_t time) { return time <= at; }));
      };
      low.push_back(upto(window.start_ms));
      high.push_back(upto(window.end_ms));
      samples += high.back() - low.back();
      if (low.back() < high.back()) filled.push_back(static_cast<int>(step));
    }
    if (filled.empty()) return;
    FindRuns();
    newest_slides = true;
    for (int step = filled.front(); step <= filled.back(); ++step) {
      newest_slides &= low[At(step)] < high[At(step)];
      if (step > filled.front()) newest_slides &= high[At(step)] == high[At(step - 1)] + 1;
    }
  }

 private:
  static size_t At(int step) { return static_cast<size_t>(step); }

  bool Follows(int step) const {
    return low[At(step)] == low[At(step - 1)] + 1 && high[At(step)] == high[At(step - 1)] + 1;
  }

  void FindRuns() {
    slide_first = slide_end = filled.front();
    for (const int begin : filled) {
      int end = begin + 1;
      while (end <= filled.back() && low[At(end)] < high[At(end)] && Follows(end)) ++end;
      if (end - begin <= slide_end - slide_first) continue;
      slide_first = begin;
      slide_end = end;
    }
  }
};

void ExpectSame(const StepWindows& shape, const std::vector<int64_t>& times) {
  Windows windows(shape);
  const WindowPlan& plan = *windows.PlanFor(times);
  const Expected expected(shape, times);
  EXPECT_EQ(plan.low, expected.low);
  EXPECT_EQ(plan.high, expected.high);
  EXPECT_EQ(plan.samples, expected.samples);
  EXPECT_EQ(plan.first, expected.filled.empty() ? 0 : expected.filled.front());
  EXPECT_EQ(plan.end, expected.filled.empty() ? 0 : expected.filled.back() + 1);
  EXPECT_EQ(plan.slide_first, expected.slide_first);
  EXPECT_EQ(plan.slide_end, expected.slide_end);
  EXPECT_EQ(plan.newest_slides, expected.newest_slides);
}

// Times in step with the windows are counted by arithmetic, others one by one.
TEST(Windows, ArePlannedAsTheirWordsSayInStepOrNot) {
  std::mt19937 random(5);
  const auto below = [&](int end) { return static_cast<int64_t>(random() % unsigned(end)); };
  for (int round = 0; round < 4000; ++round) {
    const int64_t step = 1 + below(12);
    const StepWindows shape = {below(80) - 40, step, below(40), static_cast<size_t>(1 + below(20))};
    std::vector<int64_t> times = {below(200) - 100};
    for (int64_t more = below(20); more > 0; --more) {
      const bool late = round % 2 == 1 && below(4) == 0;
      times.push_back(times.back() + step + (late ? 1 + below(9) : 0));
    }
    SCOPED_TRACE(round);
    ExpectSame(shape, times);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace vedette::promql
