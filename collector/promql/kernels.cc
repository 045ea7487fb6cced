#include "collector/promql/kernels.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "collector/promql/math.h"
#include "model/sample.h"

namespace vedette::promql {
namespace {

bool AnyStale(const double* values, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    if (model::IsStaleNan(values[i])) return true;
  }
  return false;
}

bool AnyReset(const double* values, size_t n) {
  for (size_t i = 1; i < n; ++i) {
    if (values[i] < values[i - 1]) return true;
  }
  return false;
}

void AddCompensated(const double* values, size_t n, double* sums, double* compensations) {
  for (size_t i = 0; i < n; ++i) {
    KahanSum sum{sums[i], compensations[i]};
    sum.Add(values[i]);
    sums[i] = sum.sum;
    compensations[i] = sum.compensation;
  }
}

bool AnyOverflow(const double* values, size_t n, const double* sums) {
  for (size_t i = 0; i < n; ++i) {
    if (std::isinf(sums[i] + values[i])) return true;
  }
  return false;
}

size_t Rate(const double* firsts, const double* lasts, const SlidingRate& rate, size_t n,
            double* out, uint32_t* doubtful) {
  size_t doubts = 0;
  for (size_t i = 0; i < n; ++i) {
    const double increase = lasts[i] - firsts[i];
    out[i] = increase * rate.factor[i];
    if (StaysAboveZero(firsts[i], increase, rate.sampled[i], rate.to_start[i])) continue;
    doubtful[doubts++] = static_cast<uint32_t>(i);
  }
  return doubts;
}

// The best so far, NaN only while there is nothing else.
template <typename Better>
double Extreme(const double* values, size_t n, const Better& better) {
  double best = values[0];
  for (size_t i = 1; i < n; ++i) {
    if (better(values[i], best) || std::isnan(best)) best = values[i];
  }
  return best;
}

double Largest(const double* values, size_t n) {
  return Extreme(values, n, [](double a, double b) { return a > b; });
}

double Smallest(const double* values, size_t n) {
  return Extreme(values, n, [](double a, double b) { return a < b; });
}

void AddLine(const double* xs, const double* ys, size_t n, LineSums* sums) {
  for (size_t i = 0; i < n; ++i) {
    const double of_point[] = {xs[i], ys[i], xs[i] * ys[i], xs[i] * xs[i]};
    AddCompensated(of_point, std::size(of_point), sums->sums.data(), sums->compensations.data());
  }
}

}  // namespace

// It is cut where sampled * (first / increase) < to_start. The products are far from where they
// would lose digits and leave room for what rounding may do to either side.
bool StaysAboveZero(double first, double increase, double sampled, double to_start) {
  if (!(increase > 0) || !(first >= 0)) return true;
  const double reach = first * sampled;
  return reach > to_start * increase * 1.000001 && reach < 1e300 && reach > 1e-290;
}

const Kernels& PortableKernels() {
  static constexpr Kernels kKernels = {AnyStale, AnyReset, AddCompensated, AnyOverflow,
                                       Rate,     Largest,  Smallest,       AddLine};
  return kKernels;
}

const Kernels& BestKernels() {
  static const Kernels* const best = Avx2Kernels() != nullptr ? Avx2Kernels() : &PortableKernels();
  return *best;
}

}  // namespace vedette::promql
