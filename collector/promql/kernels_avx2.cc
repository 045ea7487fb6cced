#include "collector/promql/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <bit>
#include <cstdint>
#include <limits>

#include "model/sample.h"

#define VEDETTE_AVX2 __attribute__((target("avx2")))

namespace vedette::promql {
namespace {

constexpr size_t kQuad = 4;

VEDETTE_AVX2 inline __m256d Magnitude(__m256d v) {
  return _mm256_andnot_pd(_mm256_set1_pd(-0.0), v);
}

VEDETTE_AVX2 inline __m256d IsInfinite(__m256d v) {
  const __m256d infinity = _mm256_set1_pd(std::numeric_limits<double>::infinity());
  return _mm256_cmp_pd(Magnitude(v), infinity, _CMP_EQ_OQ);
}

VEDETTE_AVX2 bool AnyStale(const double* values, size_t n) {
  const __m256i marker = _mm256_set1_epi64x(static_cast<int64_t>(model::kStaleNanBits));
  __m256i any = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + kQuad <= n; i += kQuad) {
    const __m256i bits = _mm256_castpd_si256(_mm256_loadu_pd(values + i));
    any = _mm256_or_si256(any, _mm256_cmpeq_epi64(bits, marker));
  }
  return _mm256_testz_si256(any, any) == 0 || PortableKernels().any_stale(values + i, n - i);
}

VEDETTE_AVX2 bool AnyReset(const double* values, size_t n) {
  __m256d any = _mm256_setzero_pd();
  size_t i = 1;
  for (; i + kQuad <= n; i += kQuad) {
    const __m256d here = _mm256_loadu_pd(values + i);
    const __m256d before = _mm256_loadu_pd(values + i - 1);
    any = _mm256_or_pd(any, _mm256_cmp_pd(here, before, _CMP_LT_OQ));
  }
  if (_mm256_movemask_pd(any) != 0) return true;
  return n > i && PortableKernels().any_reset(values + i - 1, n - i + 1);
}

// KahanSum::Add to each of four sums.
VEDETTE_AVX2 inline void AddQuad(__m256d value, __m256d* sum, __m256d* compensation) {
  const __m256d total = _mm256_add_pd(*sum, value);
  const __m256d sum_larger = _mm256_cmp_pd(Magnitude(*sum), Magnitude(value), _CMP_GE_OQ);
  const __m256d larger = _mm256_blendv_pd(value, *sum, sum_larger);
  const __m256d smaller = _mm256_blendv_pd(*sum, value, sum_larger);
  const __m256d lost = _mm256_add_pd(_mm256_sub_pd(larger, total), smaller);
  *compensation = _mm256_andnot_pd(IsInfinite(total), _mm256_add_pd(*compensation, lost));
  *sum = total;
}

VEDETTE_AVX2 void AddCompensated(const double* values, size_t n, double* sums,
                                 double* compensations) {
  size_t i = 0;
  for (; i + kQuad <= n; i += kQuad) {
    __m256d sum = _mm256_loadu_pd(sums + i);
    __m256d compensation = _mm256_loadu_pd(compensations + i);
    AddQuad(_mm256_loadu_pd(values + i), &sum, &compensation);
    _mm256_storeu_pd(compensations + i, compensation);
    _mm256_storeu_pd(sums + i, sum);
  }
  PortableKernels().add_compensated(values + i, n - i, sums + i, compensations + i);
}

VEDETTE_AVX2 bool AnyOverflow(const double* values, size_t n, const double* sums) {
  __m256d any = _mm256_setzero_pd();
  size_t i = 0;
  for (; i + kQuad <= n; i += kQuad) {
    const __m256d total = _mm256_add_pd(_mm256_loadu_pd(values + i), _mm256_loadu_pd(sums + i));
    any = _mm256_or_pd(any, IsInfinite(total));
  }
  if (_mm256_movemask_pd(any) != 0) return true;
  return PortableKernels().any_overflow(values + i, n - i, sums + i);
}

VEDETTE_AVX2 size_t Rate(const double* firsts, const double* lasts, const SlidingRate& rate,
                         size_t n, double* out, uint32_t* doubtful) {
  const __m256d zero = _mm256_setzero_pd();
  const __m256d margin = _mm256_set1_pd(1.000001);
  const __m256d most = _mm256_set1_pd(1e300);
  const __m256d least = _mm256_set1_pd(1e-290);
  size_t doubts = 0;
  size_t i = 0;
  for (; i + kQuad <= n; i += kQuad) {
    const __m256d first = _mm256_loadu_pd(firsts + i);
    const __m256d increase = _mm256_sub_pd(_mm256_loadu_pd(lasts + i), first);
    _mm256_storeu_pd(out + i, _mm256_mul_pd(increase, _mm256_loadu_pd(rate.factor + i)));
    const __m256d reach = _mm256_mul_pd(first, _mm256_loadu_pd(rate.sampled + i));
    const __m256d need =
        _mm256_mul_pd(_mm256_mul_pd(_mm256_loadu_pd(rate.to_start + i), increase), margin);
    const __m256d far = _mm256_and_pd(_mm256_cmp_pd(reach, need, _CMP_GT_OQ),
                                      _mm256_and_pd(_mm256_cmp_pd(reach, most, _CMP_LT_OQ),
                                                    _mm256_cmp_pd(reach, least, _CMP_GT_OQ)));
    const __m256d may_be_cut = _mm256_and_pd(_mm256_cmp_pd(increase, zero, _CMP_GT_OQ),
                                             _mm256_cmp_pd(first, zero, _CMP_GE_OQ));
    auto lanes = static_cast<unsigned>(_mm256_movemask_pd(_mm256_andnot_pd(far, may_be_cut)));
    for (; lanes != 0; lanes &= lanes - 1) {
      doubtful[doubts++] =
          static_cast<uint32_t>(i) + static_cast<uint32_t>(std::countr_zero(lanes));
    }
  }
  const SlidingRate rest = {rate.sampled + i, rate.to_start + i, rate.factor + i};
  const size_t last =
      PortableKernels().rate(firsts + i, lasts + i, rest, n - i, out + i, doubtful + doubts);
  for (size_t d = doubts; d < doubts + last; ++d) doubtful[d] += static_cast<uint32_t>(i);
  return doubts + last;
}

// The machine's instructions pass over NaN where it comes first of their operands. Which of two
// zeros they give is left to who looks at the values in their order.
VEDETTE_AVX2 double Largest(const double* values, size_t n) {
  constexpr double kLeast = -std::numeric_limits<double>::infinity();
  __m256d bests[2] = {_mm256_set1_pd(kLeast), _mm256_set1_pd(kLeast)};
  size_t i = 0;
  for (; i + 2 * kQuad <= n; i += 2 * kQuad) {
    bests[0] = _mm256_max_pd(_mm256_loadu_pd(values + i), bests[0]);
    bests[1] = _mm256_max_pd(_mm256_loadu_pd(values + i + kQuad), bests[1]);
  }
  double lanes[kQuad];
  _mm256_storeu_pd(lanes, _mm256_max_pd(bests[0], bests[1]));
  double best = PortableKernels().largest(lanes, kQuad);
  for (; i < n; ++i) best = values[i] > best ? values[i] : best;
  return best == 0 || best == kLeast ? PortableKernels().largest(values, n) : best;
}

VEDETTE_AVX2 double Smallest(const double* values, size_t n) {
  constexpr double kMost = std::numeric_limits<double>::infinity();
  __m256d bests[2] = {_mm256_set1_pd(kMost), _mm256_set1_pd(kMost)};
  size_t i = 0;
  for (; i + 2 * kQuad <= n; i += 2 * kQuad) {
    bests[0] = _mm256_min_pd(_mm256_loadu_pd(values + i), bests[0]);
    bests[1] = _mm256_min_pd(_mm256_loadu_pd(values + i + kQuad), bests[1]);
  }
  double lanes[kQuad];
  _mm256_storeu_pd(lanes, _mm256_min_pd(bests[0], bests[1]));
  double best = PortableKernels().smallest(lanes, kQuad);
  for (; i < n; ++i) best = values[i] < best ? values[i] : best;
  return best == 0 || best == kMost ? PortableKernels().smallest(values, n) : best;
}

VEDETTE_AVX2 void AddLine(const double* xs, const double* ys, size_t n, LineSums* sums) {
  __m256d sum = _mm256_loadu_pd(sums->sums.data());
  __m256d compensation = _mm256_loadu_pd(sums->compensations.data());
  for (size_t i = 0; i < n; ++i) {
    const double x = xs[i];
    AddQuad(_mm256_set_pd(x * x, x * ys[i], ys[i], x), &sum, &compensation);
  }
  _mm256_storeu_pd(sums->sums.data(), sum);
  _mm256_storeu_pd(sums->compensations.data(), compensation);
}

}  // namespace

const Kernels* Avx2Kernels() {
  static constexpr Kernels kKernels = {AnyStale, AnyReset, AddCompensated, AnyOverflow,
                                       Rate,     Largest,  Smallest,       AddLine};
  return __builtin_cpu_supports("avx2") != 0 ? &kKernels : nullptr;
}

}  // namespace vedette::promql

#else

namespace vedette::promql {

const Kernels* Avx2Kernels() { return nullptr; }

}  // namespace vedette::promql

#endif
