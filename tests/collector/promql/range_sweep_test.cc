#include "collector/promql/range_sweep.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "collector/promql/group_sums.h"
#include "collector/promql/kernels.h"
#include "collector/promql/math.h"
#include "collector/promql/range_functions.h"

namespace vedette::promql {
namespace {

// Which of two NaNs an operation gives is the machine's affair; stale markers are none of these.
uint64_t Bits(double v) {
  const bool any_nan = std::isnan(v) && !model::IsStaleNan(v);
  return any_nan ? model::kNormalNanBits : std::bit_cast<uint64_t>(v);
}

// Counters that restart, gauges, and the values that arithmetic has exceptions for.
std::vector<double> RandomValues(std::mt19937_64* random, size_t n) {
  const uint64_t kind = (*random)() % 5;
  const auto below = [random](uint64_t limit) { return static_cast<double>((*random)() % limit); };
  std::vector<double> values;
  double v = kind == 0 ? 0 : below(1000) / 7;
  for (size_t i = 0; i < n; ++i) {
    v += below(100) / 3;
    if (kind == 1 && (*random)() % 20 == 0) v = below(3);
    if (kind == 2) v = below(2000) - 1000;
    values.push_back(v);
    if (kind == 3 && (*random)() % 10 == 0) {
      constexpr double kOdd[] = {std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 -0.0,
                                 1e308,
                                 -1e308,
                                 5e-324};
      values.back() = kOdd[(*random)() % std::size(kOdd)];
    }
    if (kind == 4) values.back() = std::ldexp(v, static_cast<int>((*random)() % 2000) - 1000);
  }
  return values;
}

std::vector<int64_t> RandomTimes(std::mt19937_64* random, size_t n) {
  const bool regular = (*random)() % 2 == 0;
  std::vector<int64_t> times;
  int64_t t = 1'700'000'000'000 + static_cast<int64_t>((*random)() % 30'000);
  for (size_t i = 0; i < n; ++i) {
    times.push_back(t);
    t += regular ? 15'000 : 1 + static_cast<int64_t>((*random)() % 60'000);
  }
  return times;
}

constexpr FunctionId kSwept[] = {
    FunctionId::kRate,         FunctionId::kIncrease,      FunctionId::kDelta,
    FunctionId::kSumOverTime,  FunctionId::kCountOverTime, FunctionId::kPresentOverTime,
    FunctionId::kLastOverTime, FunctionId::kMaxOverTime,   FunctionId::kMinOverTime};

// What the function says of one window; Absent() where it has no value.
double ComputeOne(FunctionId id, const Sweep& sweep, size_t step) {
  Window window;
  const TimeWindow at = sweep.windows.At(step);
  window.start_ms = at.start_ms;
  window.end_ms = at.end_ms;
  size_t low = 0;
  while (low < sweep.times.size() && sweep.times[low] <= at.start_ms) ++low;
  size_t high = low;
  while (high < sweep.times.size() && sweep.times[high] <= at.end_ms) ++high;
  if (low == high) return Absent();
  window.times = sweep.times.subspan(low, high - low);
  window.values = sweep.values.subspan(low, high - low);
  double value = 0;
  return FindRangeFunction(id)->compute(window, &value) ? value : Absent();
}

TEST(RangeSweep, AgreesWithEachWindowToTheBit) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 400; ++round) {
    const size_t n = 1 + random() % 200;
    const std::vector<int64_t> times = RandomTimes(&random, n);
    const std::vector<double> values = RandomValues(&random, n);
    StepWindows shape;
    shape.first_end_ms = times.front() + static_cast<int64_t>(random() % 400'000) - 200'000;
    constexpr int64_t kSteps[] = {0, 1000, 15'000, 30'000, 60'000, 17'321};
    shape.step_ms = kSteps[random() % std::size(kSteps)];
    shape.range_ms = random() % 2 == 0 ? 300'000 : 1 + static_cast<int64_t>(random() % 900'000);
    shape.steps = 1 + random() % 150;
    Windows windows(shape);
    for (const FunctionId id : kSwept) {
      Row row;
      // Twice, for a plan that is there.
      for (int again = 0; again < 2; ++again) {
        const Sweep sweep = {times, values, shape, windows.PlanFor(times)};
        if (id == FunctionId::kRate || id == FunctionId::kIncrease || id == FunctionId::kDelta) {
          sweep.plan->factor.clear();  // a plan is made for one function
        }
        FindSweep(id).compute(sweep, &row);
        for (size_t step = 0; step < shape.steps; ++step) {
          ASSERT_EQ(Bits(row.At(static_cast<int>(step))), Bits(ComputeOne(id, sweep, step)))
              << "function " << static_cast<int>(id) << ", round " << round << ", step " << step;
        }
      }
    }
  }
}

TEST(Kernels, AreTheSameOnEveryMachine) {
  const Kernels* const fast = Avx2Kernels();
  if (fast == nullptr) GTEST_SKIP() << "this machine has no AVX2";
  const Kernels& plain = PortableKernels();
  std::mt19937_64 random(8);
  for (int round = 0; round < 500; ++round) {
    const size_t n = random() % 40;
    std::vector<double> values = RandomValues(&random, n);
    if (n > 0 && random() % 4 == 0) values[random() % n] = Absent();
    EXPECT_EQ(fast->any_stale(values.data(), n), plain.any_stale(values.data(), n));
    EXPECT_EQ(fast->any_reset(values.data(), n), plain.any_reset(values.data(), n));
    std::vector<double> sums = RandomValues(&random, n);
    EXPECT_EQ(fast->any_overflow(values.data(), n, sums.data()),
              plain.any_overflow(values.data(), n, sums.data()));
    std::vector<double> lost(n, 1e-9);
    std::vector<double> other_sums = sums;
    std::vector<double> other_lost = lost;
    fast->add_compensated(values.data(), n, sums.data(), lost.data());
    plain.add_compensated(values.data(), n, other_sums.data(), other_lost.data());
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(Bits(sums[i]), Bits(other_sums[i]));
      EXPECT_EQ(Bits(lost[i]), Bits(other_lost[i]));
    }
    if (n > 0) {
      EXPECT_EQ(Bits(fast->largest(values.data(), n)), Bits(plain.largest(values.data(), n)));
      EXPECT_EQ(Bits(fast->smallest(values.data(), n)), Bits(plain.smallest(values.data(), n)));
    }
    LineSums line, other_line;
    fast->add_line(values.data(), other_sums.data(), n, &line);
    plain.add_line(values.data(), other_sums.data(), n, &other_line);
    for (size_t i = 0; i < line.sums.size(); ++i) {
      EXPECT_EQ(Bits(line.sums[i]), Bits(other_line.sums[i]));
      EXPECT_EQ(Bits(line.compensations[i]), Bits(other_line.compensations[i]));
    }
    const std::vector<double> lasts = RandomValues(&random, n);
    const std::vector<double> seconds(n, 285);
    const std::vector<double> to_start(n, 7.5);
    const SlidingRate rate = {seconds.data(), to_start.data(), to_start.data()};
    std::vector<double> out(n);
    std::vector<double> other_out(n);
    std::vector<uint32_t> doubtful(n);
    std::vector<uint32_t> other_doubtful(n);
    doubtful.resize(fast->rate(values.data(), lasts.data(), rate, n, out.data(), doubtful.data()));
    other_doubtful.resize(
        plain.rate(values.data(), lasts.data(), rate, n, other_out.data(), other_doubtful.data()));
    EXPECT_EQ(doubtful, other_doubtful);
    for (size_t i = 0; i < n; ++i) EXPECT_EQ(Bits(out[i]), Bits(other_out[i]));
  }
}

// Rows with gaps, of parts of the grid, come in any mixture.
TEST(GroupSums, AreThoseOfEachStepInOrder) {
  std::mt19937_64 random(9);
  constexpr size_t kSteps = 50;
  for (int round = 0; round < 300; ++round) {
    GroupSums sums(kSteps);
    GroupMeans means(kSteps);
    std::vector<KahanSum> plain(kSteps);
    std::vector<RunningMean> running(kSteps);
    std::vector<int> counts(kSteps);
    for (int n = 0; n < 12; ++n) {
      Row row;
      row.first = static_cast<int>(random() % kSteps);
      row.values = RandomValues(&random, 1 + random() % (kSteps - static_cast<size_t>(row.first)));
      if (random() % 2 == 0) {
        row.first = 0;
        row.values = RandomValues(&random, kSteps);
      }
      if (random() % 3 == 0) row.values[random() % row.values.size()] = Absent();
      sums.Add(row);
      means.Add(row);
      for (size_t i = 0; i < row.values.size(); ++i) {
        const size_t step = static_cast<size_t>(row.first) + i;
        if (!IsPresent(row.values[i])) continue;
        running[step].Add(row.values[i]);
        if (counts[step]++ == 0) {
          plain[step].sum = row.values[i];
        } else {
          plain[step].Add(row.values[i]);
        }
      }
    }
    for (size_t step = 0; step < kSteps; ++step) {
      ASSERT_EQ(sums.seen(step), counts[step] > 0);
      ASSERT_EQ(means.seen(step), counts[step] > 0);
      if (counts[step] == 0) continue;
      ASSERT_EQ(Bits(sums.Value(step)), Bits(plain[step].sum + plain[step].compensation));
      ASSERT_EQ(Bits(means.Value(step)), Bits(running[step].Mean()));
    }
  }
}

}  // namespace
}  // namespace vedette::promql
