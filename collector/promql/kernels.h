#ifndef VEDETTE_COLLECTOR_PROMQL_KERNELS_H_
#define VEDETTE_COLLECTOR_PROMQL_KERNELS_H_

#include <array>
#include <cstddef>
#include <cstdint>

// The inner loops of evaluation over arrays. Each has the same results to the bit whichever
// machine runs it: no sum is taken in another order than it says.

namespace vedette::promql {

// What a sliding window of a counter gives where the same is known of all series with these times:
// arrays of a window each.
struct SlidingRate {
  const double* sampled;   // seconds from the first sample to the last
  const double* to_start;  // seconds to extrapolate before the first
  const double* factor;    // of the increase, unless a counter would have been below zero
};

// Compensated sums of a line's points: of x, y, x * y and x * x.
struct LineSums {
  std::array<double, 4> sums = {};
  std::array<double, 4> compensations = {};
};

struct Kernels {
  // Whether a stale marker is among the values.
  bool (*any_stale)(const double* values, size_t n);
  // Whether a value is below the one before it.
  bool (*any_reset)(const double* values, size_t n);
  // KahanSum::Add of values[i] to the sum at i.
  void (*add_compensated)(const double* values, size_t n, double* sums, double* compensations);
  // Whether sums[i] + values[i] is infinite for any i.
  bool (*any_overflow)(const double* values, size_t n, const double* sums);
  // out[i] = (lasts[i] - firsts[i]) * factor[i]. Of counters' windows those that may have to be cut
  // at zero are to be looked at again: writes their numbers to `doubtful`, which has room for n,
  // and returns how many they are.
  size_t (*rate)(const double* firsts, const double* lasts, const SlidingRate& rate, size_t n,
                 double* out, uint32_t* doubtful);
  // The largest and the smallest of n values, one at least; NaN only where there is nothing else,
  // and of zeros the first.
  double (*largest)(const double* values, size_t n);
  double (*smallest)(const double* values, size_t n);
  // KahanSum::Add of each point to each sum.
  void (*add_line)(const double* xs, const double* ys, size_t n, LineSums* sums);
};

const Kernels& PortableKernels();
// Null where the machine has none.
const Kernels* Avx2Kernels();
const Kernels& BestKernels();

// Whether a counter's window surely is not cut at zero: its first value is so large that it would
// have been zero long before.
bool StaysAboveZero(double first, double increase, double sampled, double to_start);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_KERNELS_H_
