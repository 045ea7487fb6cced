#ifndef VEDETTE_COLLECTOR_TSDB_KERNELS_H_
#define VEDETTE_COLLECTOR_TSDB_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

// The inner loops of the columns, for any machine and for one with AVX2: the same bits from both.
// FORMAT.md, "Integer column".

namespace vedette::tsdb {

struct Kernels {
  // out[i] = base + the i-th of n integers of `width` (0..64) bits, packed from the lowest bit up.
  // `packed` holds at least all of them: PackedBytes(n, width). Sums wrap.
  void (*unpack)(std::string_view packed, size_t n, unsigned width, int64_t base, int64_t* out);
  // v[i] += v[i - 1] for i in 1..n-1, wrapping.
  void (*running_sums)(int64_t* v, size_t n);
  // out[i] = double(in[i]) / by, or * by.
  void (*divide)(const int64_t* in, size_t n, double by, double* out);
  void (*multiply)(const int64_t* in, size_t n, double by, double* out);
};

constexpr size_t PackedBytes(size_t n, unsigned width) { return (n * width + 7) / 8; }

const Kernels& PortableKernels();
// Null where this machine has no AVX2.
const Kernels* Avx2Kernels();
// What this machine runs fastest.
const Kernels& BestKernels();

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_KERNELS_H_
