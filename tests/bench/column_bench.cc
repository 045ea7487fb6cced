#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "collector/tsdb/kernels.h"
#include "collector/tsdb/value_codec.h"

// CPU of the columns of parts by the kind of values, and of their inner loops with and without
// AVX2. Items are samples.

namespace vedette::tsdb {
namespace {

constexpr size_t kSamples = 240;  // an hour of a scrape each 15 s

enum Kind : int64_t { kCounter, kSeconds, kTemperature, kDuration, kRate, kRatio, kSpread };

std::vector<double> ColumnOf(int64_t kind) {
  std::mt19937_64 random(1);
  const auto below = [&random](uint64_t n) { return static_cast<double>(random() % n); };
  std::vector<double> column;
  double sum = 1e6;
  for (size_t i = 0; i < kSamples; ++i) {
    if (kind == kCounter) column.push_back(sum += below(30'000));
    if (kind == kSeconds) column.push_back(std::round((sum += below(1500) / 100) * 100) / 100);
    if (kind == kTemperature) column.push_back((380 + below(20)) / 10);
    if (kind == kDuration)
      column.push_back(1e-4 * (1 + static_cast<double>(random() >> 11) * 0x1p-53));
    // As a recording rule leaves them: a counter's rate over five minutes whose edges were
    // extrapolated, a share of two counts, latencies of three powers of ten.
    if (kind == kRate) column.push_back((5000 + below(300)) * (1 + below(15'000) / 285'000) / 300);
    if (kind == kRatio) column.push_back(below(40) / (2000 + below(100)));
    if (kind == kSpread)
      column.push_back(std::pow(10, -4 + 3 * static_cast<double>(random() >> 11) * 0x1p-53));
  }
  return column;
}

void CountSamples(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kSamples));
}

void EncodeColumn(benchmark::State& state) {
  const std::vector<double> column = ColumnOf(state.range(0));
  std::string out;
  for (auto _ : state) {
    out.clear();
    EncodeValues(column, &out);
  }
  state.counters["bytes/sample"] = static_cast<double>(out.size()) / kSamples;
  CountSamples(state);
}
BENCHMARK(EncodeColumn)->DenseRange(kCounter, kSpread);

void DecodeColumn(benchmark::State& state) {
  std::string bytes;
  EncodeValues(ColumnOf(state.range(0)), &bytes);
  std::vector<double> out(kSamples);
  for (auto _ : state) benchmark::DoNotOptimize(DecodeValues(bytes, out).ok());
  CountSamples(state);
}
BENCHMARK(DecodeColumn)->DenseRange(kCounter, kSpread);

// Unpacking 15 bits, running sums, division: what a counter's column takes.
void Kernel(benchmark::State& state) {
  const Kernels* const kernels = state.range(0) != 0 ? Avx2Kernels() : &PortableKernels();
  if (kernels == nullptr) return state.SkipWithError("this machine has no AVX2");
  const std::string packed(PackedBytes(kSamples, 15), '\x5a');
  std::vector<int64_t> sums(kSamples);
  std::vector<double> out(kSamples);
  for (auto _ : state) {
    kernels->unpack(packed, kSamples, 15, 3, sums.data());
    kernels->running_sums(sums.data(), kSamples);
    kernels->divide(sums.data(), kSamples, 100, out.data());
    benchmark::DoNotOptimize(out.data());
  }
  CountSamples(state);
}
BENCHMARK(Kernel)->Arg(0)->Arg(1)->ArgName("avx2");

}  // namespace
}  // namespace vedette::tsdb
