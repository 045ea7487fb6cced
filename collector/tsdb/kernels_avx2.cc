#include "collector/tsdb/kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <array>

#define VEDETTE_AVX2 __attribute__((target("avx2")))

namespace vedette::tsdb {
namespace {

// Wider integers may touch nine bytes, which a 64-bit lane does not hold.
constexpr unsigned kMaxWidth = 57;
constexpr size_t kQuad = 4;

// How to bring four neighbouring integers of one width into four 64-bit lanes: of the 16 bytes at
// `load[0]` for lanes 0 and 1, and of those at `load[1]` for lanes 2 and 3, the eight bytes that
// each lane begins in, then a shift by the bits before it.
struct QuadPlan {
  alignas(32) std::array<uint8_t, 32> bytes{};
  alignas(32) std::array<uint64_t, kQuad> shift{};
  std::array<size_t, 2> load{};
};

// Eight integers end on a byte, so that two plans make the whole pattern of a width.
constexpr QuadPlan PlanOf(unsigned width, size_t first_lane) {
  QuadPlan plan;
  for (size_t lane = 0; lane < kQuad; ++lane) {
    const size_t half = lane / 2;
    const size_t bit = (first_lane + lane) * width;
    if (lane % 2 == 0) plan.load[half] = bit / 8;
    for (size_t i = 0; i < 8; ++i) {
      plan.bytes[lane * 8 + i] = static_cast<uint8_t>(bit / 8 - plan.load[half] + i);
    }
    plan.shift[lane] = bit % 8;
  }
  return plan;
}

using Plans = std::array<std::array<QuadPlan, 2>, kMaxWidth + 1>;

constexpr Plans MakePlans() {
  Plans plans;
  for (unsigned width = 0; width <= kMaxWidth; ++width) {
    plans[width] = {PlanOf(width, 0), PlanOf(width, kQuad)};
  }
  return plans;
}

constexpr Plans kPlans = MakePlans();

VEDETTE_AVX2 __m256i LoadQuad(const char* at, const QuadPlan& plan) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + plan.load[0]));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + plan.load[1]));
  const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  const __m256i bytes = _mm256_load_si256(reinterpret_cast<const __m256i*>(plan.bytes.data()));
  const __m256i shift = _mm256_load_si256(reinterpret_cast<const __m256i*>(plan.shift.data()));
  return _mm256_srlv_epi64(_mm256_shuffle_epi8(both, bytes), shift);
}

VEDETTE_AVX2 void Store(int64_t* to, __m256i v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), v);
}

VEDETTE_AVX2 void Unpack(std::string_view packed, size_t n, unsigned width, int64_t base,
                         int64_t* out) {
  size_t done = 0;
  if (width <= kMaxWidth) {
    const auto& plans = kPlans[width];
    const __m256i mask = _mm256_set1_epi64x(static_cast<int64_t>((uint64_t{1} << width) - 1));
    const __m256i add = _mm256_set1_epi64x(base);
    const size_t reach = plans[1].load[1] + 16;  // bytes that eight integers' loads touch
    const char* at = packed.data();
    for (size_t left = packed.size(); done + 2 * kQuad <= n && left >= reach;
         done += 2 * kQuad, at += width, left -= width) {
      const __m256i a = _mm256_and_si256(LoadQuad(at, plans[0]), mask);
      const __m256i b = _mm256_and_si256(LoadQuad(at, plans[1]), mask);
      Store(out + done, _mm256_add_epi64(a, add));
      Store(out + done + kQuad, _mm256_add_epi64(b, add));
    }
  }
  // `done` is a multiple of eight, so that the rest begins on a byte.
  PortableKernels().unpack(packed.substr(done / 8 * width), n - done, width, base, out + done);
}

VEDETTE_AVX2 void RunningSums(int64_t* v, size_t n) {
  __m256i before = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + kQuad <= n; i += kQuad) {
    __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(v + i));
    x = _mm256_add_epi64(x, _mm256_slli_si256(x, 8));  // within each half
    const __m256i low_total = _mm256_permute4x64_epi64(x, 0x50);
    x = _mm256_add_epi64(x, _mm256_blend_epi32(_mm256_setzero_si256(), low_total, 0xf0));
    Store(v + i, _mm256_add_epi64(x, before));
    before = _mm256_add_epi64(before, _mm256_permute4x64_epi64(x, 0xff));
  }
  if (i > 0 && i < n)
    v[i] = static_cast<int64_t>(static_cast<uint64_t>(v[i]) + static_cast<uint64_t>(v[i - 1]));
  if (i < n) PortableKernels().running_sums(v + i, n - i);
}

// Rounds to nearest as the scalar conversion does: the halves, each set into the mantissa of a
// power of two, are exact, and so is all but the last sum.
VEDETTE_AVX2 __m256d ToDouble(const int64_t* in) {
  const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
  const __m256i two_to_52 = _mm256_set1_epi64x(0x4330000000000000);
  const __m256i low = _mm256_blend_epi32(two_to_52, v, 0x55);
  // 2^84 + 2^63, the latter turning the sign; taken off again together with the 2^52.
  const __m256i high =
      _mm256_xor_si256(_mm256_srli_epi64(v, 32), _mm256_set1_epi64x(0x4530000080000000));
  const __m256d off = _mm256_castsi256_pd(_mm256_set1_epi64x(0x4530000080100000));
  return _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), off), _mm256_castsi256_pd(low));
}

VEDETTE_AVX2 void Divide(const int64_t* in, size_t n, double by, double* out) {
  size_t i = 0;
  const __m256d divisor = _mm256_set1_pd(by);
  for (; i + kQuad <= n; i += kQuad) {
    _mm256_storeu_pd(out + i, _mm256_div_pd(ToDouble(in + i), divisor));
  }
  PortableKernels().divide(in + i, n - i, by, out + i);
}

VEDETTE_AVX2 void Multiply(const int64_t* in, size_t n, double by, double* out) {
  size_t i = 0;
  const __m256d factor = _mm256_set1_pd(by);
  for (; i + kQuad <= n; i += kQuad) {
    _mm256_storeu_pd(out + i, _mm256_mul_pd(ToDouble(in + i), factor));
  }
  PortableKernels().multiply(in + i, n - i, by, out + i);
}

}  // namespace

const Kernels* Avx2Kernels() {
  static constexpr Kernels kKernels = {Unpack, RunningSums, Divide, Multiply};
  return __builtin_cpu_supports("avx2") ? &kKernels : nullptr;
}

}  // namespace vedette::tsdb

#else

namespace vedette::tsdb {

const Kernels* Avx2Kernels() { return nullptr; }

}  // namespace vedette::tsdb

#endif
