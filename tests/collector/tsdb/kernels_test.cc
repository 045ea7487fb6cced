#include "collector/tsdb/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <random>
#include <vector>

// The inner loops of this machine and the portable ones give the same bits, and those that the
// arithmetic says, and touch no byte beside theirs: what they get and give is cut to size on the
// heap, where AddressSanitizer sees the next byte.

namespace vedette::tsdb {
namespace {

constexpr size_t kMaxCount = 300;
constexpr int64_t kExtremes[] = {
    INT64_MIN, INT64_MIN + 1, -(int64_t{1} << 53) - 1, -1, 0, 1, (int64_t{1} << 53) + 1, INT64_MAX};

std::vector<const Kernels*> All() {
  std::vector<const Kernels*> all = {&PortableKernels()};
  if (Avx2Kernels() != nullptr) all.push_back(Avx2Kernels());
  return all;
}

// A copy that ends where its memory does.
struct Exact {
  explicit Exact(const std::vector<uint8_t>& from) : size(from.size()), data(new char[size]) {
    for (size_t i = 0; i < size; ++i) data[i] = static_cast<char>(from[i]);
  }
  std::string_view view() const { return {data.get(), size}; }
  size_t size;
  std::unique_ptr<char[]> data;
};

// Bit by bit, as FORMAT.md has it.
std::vector<int64_t> UnpackPlainly(const std::vector<uint8_t>& packed, size_t n, unsigned width,
                                   int64_t base) {
  std::vector<int64_t> out;
  for (size_t i = 0; i < n; ++i) {
    uint64_t v = 0;
    for (unsigned b = 0; b < width; ++b) {
      const size_t bit = i * width + b;
      v |= static_cast<uint64_t>(packed[bit / 8] >> (bit % 8) & 1) << b;
    }
    out.push_back(static_cast<int64_t>(static_cast<uint64_t>(base) + v));
  }
  return out;
}

TEST(Kernels, UnpackGivesTheBitsOfEveryWidthAndCount) {
  std::mt19937_64 random(20261121);
  for (unsigned width = 0; width <= 64; ++width) {
    std::vector<uint8_t> noise(PackedBytes(kMaxCount, width));
    for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random());
    const auto base = static_cast<int64_t>(random());
    const std::vector<int64_t> expected = UnpackPlainly(noise, kMaxCount, width, base);
    for (size_t n = 0; n <= kMaxCount; ++n) {
      const std::vector<uint8_t> cut(
          noise.begin(), noise.begin() + static_cast<std::ptrdiff_t>(PackedBytes(n, width)));
      const Exact packed(cut);
      for (const Kernels* kernels : All()) {
        const std::unique_ptr<int64_t[]> out(new int64_t[n]);
        kernels->unpack(packed.view(), n, width, base, out.get());
        ASSERT_TRUE(std::equal(out.get(), out.get() + n, expected.begin()))
            << "width " << width << " count " << n;
      }
    }
  }
}

TEST(Kernels, UnpackOfExtremesWraps) {
  for (unsigned width = 0; width <= 64; ++width) {
    for (const uint8_t byte : {uint8_t{0x00}, uint8_t{0xff}, uint8_t{0x80}, uint8_t{0x01}}) {
      for (const int64_t base : kExtremes) {
        const std::vector<uint8_t> bytes(PackedBytes(37, width), byte);
        const Exact packed(bytes);
        const std::vector<int64_t> expected = UnpackPlainly(bytes, 37, width, base);
        for (const Kernels* kernels : All()) {
          std::vector<int64_t> out(37, 7);
          kernels->unpack(packed.view(), out.size(), width, base, out.data());
          ASSERT_EQ(out, expected) << "width " << width << " base " << base;
        }
      }
    }
  }
}

TEST(Kernels, RunningSumsOfEveryCount) {
  std::mt19937_64 random(3);
  for (size_t n = 0; n <= kMaxCount; ++n) {
    std::vector<int64_t> steps(n);
    for (size_t i = 0; i < n; ++i) {
      steps[i] = i % 5 == 0 ? kExtremes[i % 8] : static_cast<int64_t>(random());
    }
    std::vector<int64_t> expected = steps;
    for (size_t i = 1; i < n; ++i) {
      expected[i] = static_cast<int64_t>(static_cast<uint64_t>(expected[i]) +
                                         static_cast<uint64_t>(expected[i - 1]));
    }
    for (const Kernels* kernels : All()) {
      const std::unique_ptr<int64_t[]> sums(new int64_t[n]);
      std::copy(steps.begin(), steps.end(), sums.get());
      kernels->running_sums(sums.get(), n);
      ASSERT_TRUE(std::equal(expected.begin(), expected.end(), sums.get())) << "count " << n;
    }
  }
}

// Integers that round to even, up and down on the way to a double, and any others.
std::vector<int64_t> HardIntegers() {
  std::vector<int64_t> hard(std::begin(kExtremes), std::end(kExtremes));
  for (unsigned shift = 0; shift < 63; ++shift) {
    for (const int64_t off : {-3, -2, -1, 0, 1, 2, 3}) {
      hard.push_back((int64_t{1} << shift) + off);
      hard.push_back(-(int64_t{1} << shift) + off);
    }
  }
  std::mt19937_64 random(5);
  for (int i = 0; i < 5000; ++i) {
    hard.push_back(static_cast<int64_t>(random()) >> (i % 64));
  }
  return hard;
}

TEST(Kernels, DoublesAreWhatTheLanguageGives) {
  const std::vector<int64_t> integers = HardIntegers();
  for (const double by : {1.0, 10.0, 1e9, 1e18, 1e-3, 1e-9}) {
    for (const Kernels* kernels : All()) {
      std::vector<double> divided(integers.size());
      std::vector<double> multiplied(integers.size());
      kernels->divide(integers.data(), integers.size(), by, divided.data());
      kernels->multiply(integers.data(), integers.size(), by, multiplied.data());
      for (size_t i = 0; i < integers.size(); ++i) {
        const auto v = static_cast<double>(integers[i]);
        ASSERT_EQ(std::bit_cast<uint64_t>(divided[i]), std::bit_cast<uint64_t>(v / by))
            << integers[i];
        ASSERT_EQ(std::bit_cast<uint64_t>(multiplied[i]), std::bit_cast<uint64_t>(v * by))
            << integers[i];
      }
    }
  }
}

TEST(Kernels, DoublesOfEveryCount) {
  std::mt19937_64 random(9);
  for (size_t n = 0; n <= kMaxCount; ++n) {
    const std::unique_ptr<int64_t[]> in(new int64_t[n]);
    for (size_t i = 0; i < n; ++i) in[i] = static_cast<int64_t>(random());
    for (const Kernels* kernels : All()) {
      const std::unique_ptr<double[]> out(new double[n]);
      kernels->divide(in.get(), n, 3, out.get());
      for (size_t i = 0; i < n; ++i) ASSERT_EQ(out[i], static_cast<double>(in[i]) / 3);
      kernels->multiply(in.get(), n, 3, out.get());
      for (size_t i = 0; i < n; ++i) ASSERT_EQ(out[i], static_cast<double>(in[i]) * 3);
    }
  }
}

}  // namespace
}  // namespace vedette::tsdb
