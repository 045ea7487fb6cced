#include "collector/tsdb/kernels.h"

#include <algorithm>
#include <cstring>

namespace vedette::tsdb {
namespace {

int64_t Add(int64_t a, uint64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + b); }

uint64_t LoadUpTo8(const char* at, const char* end) {
  uint64_t word = 0;
  const auto left = static_cast<size_t>(end - at);
  std::memcpy(&word, at, left < sizeof(word) ? left : sizeof(word));
  return word;
}

void Unpack(std::string_view packed, size_t n, unsigned width, int64_t base, int64_t* out) {
  if (width == 0) {
    std::fill_n(out, n, base);
    return;
  }
  const char* const begin = packed.data();
  const char* const end = begin + packed.size();
  const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  size_t bit = 0;
  for (size_t i = 0; i < n; ++i, bit += width) {
    const char* const at = begin + bit / 8;
    const size_t shift = bit % 8;
    uint64_t word = LoadUpTo8(at, end) >> shift;
    // The ninth byte, where the integer reaches into it.
    if (shift + width > 64)
      word |= static_cast<uint64_t>(static_cast<uint8_t>(at[8])) << (64 - shift);
    out[i] = Add(base, word & mask);
  }
}

void RunningSums(int64_t* v, size_t n) {
  for (size_t i = 1; i < n; ++i) v[i] = Add(v[i], static_cast<uint64_t>(v[i - 1]));
}

void Divide(const int64_t* in, size_t n, double by, double* out) {
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<double>(in[i]) / by;
}

void Multiply(const int64_t* in, size_t n, double by, double* out) {
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<double>(in[i]) * by;
}

}  // namespace

const Kernels& PortableKernels() {
  static constexpr Kernels kKernels = {Unpack, RunningSums, Divide, Multiply};
  return kKernels;
}

const Kernels& BestKernels() {
  static const Kernels* const best = Avx2Kernels() != nullptr ? Avx2Kernels() : &PortableKernels();
  return *best;
}

}  // namespace vedette::tsdb
