#include "collector/tsdb/int_column.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>
#include <vector>

#include "collector/tsdb/kernels.h"
#include "collector/tsdb/packed_groups.h"

namespace vedette::tsdb {
namespace {

enum Mode : uint8_t { kConstantDelta = 0, kPlain = 1, kDelta = 2, kDeltaOfDelta = 3 };
constexpr uint8_t kModeMask = 3;
constexpr uint8_t kHasGcd = 4;
constexpr uint8_t kZeroBitmap = 8;
constexpr uint8_t kZeroList = 16;
constexpr uint8_t kKnownBits = 31;

using Column = std::vector<int64_t>;

// Wrapping arithmetic: differences of any two int64 are fine.
int64_t Add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t Subtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

Column Differences(std::span<const int64_t> values) {
  Column out(values.empty() ? 0 : values.size() - 1);
  for (size_t i = 0; i < out.size(); ++i) out[i] = Subtract(values[i + 1], values[i]);
  return out;
}

uint64_t Magnitude(int64_t v) {
  return v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
}

// 1 also where it would be 2^63, which no signed number can be divided by. The twos are taken out
// first: what is left soon is 1, or divides most values.
uint64_t Gcd(std::span<const int64_t> values) {
  uint64_t all = 0;
  for (const int64_t v : values) all |= Magnitude(v);
  const int twos = std::countr_zero(all);
  uint64_t odd = 0;
  for (const int64_t v : values) {
    const uint64_t magnitude = Magnitude(v) >> twos;
    if (odd == 0 || magnitude % odd != 0) odd = std::gcd(odd, magnitude);
    if (odd == 1) break;
  }
  const uint64_t gcd = odd << twos;
  return gcd > INT64_MAX ? 1 : gcd;
}

struct Choice {
  Mode mode = kDelta;
  Packing packing;
};

// The shortest of the modes for steps that are not all the same. The others are looked at where
// their range is not wider than that of the steps: outliers widen all alike.
Choice Choose(std::span<const int64_t> steps, std::span<const int64_t> from_first,
              std::span<const int64_t> turns) {
  Choice best{kDelta, ChoosePacking(steps)};
  const unsigned width = RangeWidth(steps);
  const auto consider = [&best, width](Mode mode, std::span<const int64_t> values) {
    if (RangeWidth(values) > width) return;
    const Choice other{mode, ChoosePacking(values)};
    if (other.packing.bytes < best.packing.bytes) best = other;
  };
  consider(kPlain, from_first);
  consider(kDeltaOfDelta, turns);
  return best;
}

// Says where the zeros are and gives what is left.
Column LeaveOutZeros(std::span<const int64_t> values, uint8_t* flags, std::string* out) {
  Column left;
  std::string bitmap((values.size() + 7) / 8, '\0');
  std::string gaps;
  size_t zeros = 0;
  size_t last = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) {
      left.push_back(values[i]);
      continue;
    }
    bitmap[i / 8] = static_cast<char>(bitmap[i / 8] | 1 << (i % 8));
    base::PutVarint(i - last, &gaps);
    last = i;
    ++zeros;
  }
  std::string list;
  base::PutVarint(zeros, &list);
  list += gaps;
  *flags |= list.size() < bitmap.size() ? kZeroList : kZeroBitmap;
  *out += list.size() < bitmap.size() ? list : bitmap;
  return left;
}

void PutPacked(std::span<const int64_t> values, const Packing& packing, uint8_t* flags,
               std::string* out) {
  if (!packing.zeros_left_out) {
    base::PutSignedVarint(packing.base, out);
    return PackGroups(values, packing.base, out);
  }
  const Column left = LeaveOutZeros(values, flags, out);
  base::PutSignedVarint(packing.base, out);
  PackGroups(left, packing.base, out);
}

base::Status BrokenColumn() { return base::DataLoss("integer column: impossible content"); }

constexpr size_t kWordBits = 64;
// Where the zeros are: a bit each, from the lowest of the first word up.
using Zeros = std::array<uint64_t, kColumnSamples / kWordBits>;

base::StatusOr<size_t> ReadZeroList(base::ByteReader* in, size_t n, Zeros* zeros) {
  const uint64_t count = in->Varint();
  if (!in->ok() || count > n) return BrokenColumn();
  zeros->fill(0);
  uint64_t at = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t gap = in->Varint();
    if (!in->ok() || gap >= n - at || (i > 0 && gap == 0)) return BrokenColumn();
    at += gap;
    (*zeros)[at / kWordBits] |= uint64_t{1} << (at % kWordBits);
  }
  return static_cast<size_t>(count);
}

// What std::popcount calls a function for where not all machines have the instruction.
size_t OnesOf(uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return word * 0x0101010101010101 >> 56;
}

base::StatusOr<size_t> ReadZeroBitmap(base::ByteReader* in, size_t n, Zeros* zeros) {
  const std::string_view bitmap = in->Bytes((n + 7) / 8);
  if (!in->ok()) return BrokenColumn();
  zeros->fill(0);
  std::memcpy(zeros->data(), bitmap.data(), bitmap.size());
  if (n % kWordBits != 0) (*zeros)[n / kWordBits] &= (uint64_t{1} << (n % kWordBits)) - 1;
  return std::accumulate(zeros->begin(), zeros->end(), size_t{0},
                         [](size_t count, uint64_t word) { return count + OnesOf(word); });
}

// Puts what is not zero where it belongs.
void Spread(const int64_t* left, const Zeros& zeros, std::span<int64_t> out) {
  std::fill(out.begin(), out.end(), 0);
  for (size_t begin = 0; begin < out.size(); begin += kWordBits) {
    uint64_t kept = ~zeros[begin / kWordBits];
    const size_t n = out.size() - begin;
    if (n < kWordBits) kept &= (uint64_t{1} << n) - 1;
    for (; kept != 0; kept &= kept - 1) {
      out[begin + static_cast<size_t>(std::countr_zero(kept))] = *left++;
    }
  }
}

base::Status ReadPacked(base::ByteReader* in, uint8_t flags, std::span<int64_t> out) {
  if ((flags & (kZeroBitmap | kZeroList)) == 0) {
    const int64_t base = in->SignedVarint();
    return UnpackGroups(in, base, out);
  }
  Zeros zero;
  VEDETTE_ASSIGN_OR_RETURN(const size_t zeros, (flags & kZeroList) != 0
                                                   ? ReadZeroList(in, out.size(), &zero)
                                                   : ReadZeroBitmap(in, out.size(), &zero));
  const int64_t base = in->SignedVarint();
  std::array<int64_t, kColumnSamples> left;
  VEDETTE_RETURN_IF_ERROR(UnpackGroups(in, base, {left.data(), out.size() - zeros}));
  Spread(left.data(), zero, out);
  return {};
}

void MultiplyBy(uint64_t gcd, std::span<int64_t> values) {
  if (gcd == 1) return;
  for (int64_t& v : values) v = static_cast<int64_t>(static_cast<uint64_t>(v) * gcd);
}

struct ColumnHead {
  Mode mode = kConstantDelta;
  uint8_t flags = 0;
  uint64_t gcd = 1;
  int64_t first = 0;
  int64_t step = 0;  // of kConstantDelta, and the first of kDeltaOfDelta (over gcd)
};

base::StatusOr<ColumnHead> ReadHead(base::ByteReader* in) {
  ColumnHead head;
  head.flags = in->Fixed<uint8_t>();
  head.mode = static_cast<Mode>(head.flags & kModeMask);
  const uint8_t known = head.mode == kConstantDelta ? kModeMask : kKnownBits;
  if ((head.flags & ~known) != 0) return BrokenColumn();
  if ((head.flags & kHasGcd) != 0) head.gcd = in->Varint();
  head.first = in->SignedVarint();
  if (head.mode == kConstantDelta || head.mode == kDeltaOfDelta) head.step = in->SignedVarint();
  if (!in->ok()) return BrokenColumn();
  return head;
}

}  // namespace

void EncodeIntColumn(std::span<const int64_t> values, std::string* out) {
  Column steps = Differences(values);
  if (std::adjacent_find(steps.begin(), steps.end(), std::not_equal_to<>()) == steps.end()) {
    out->push_back(static_cast<char>(kConstantDelta));
    base::PutSignedVarint(values.front(), out);
    return base::PutSignedVarint(steps.empty() ? 0 : steps.front(), out);
  }
  const uint64_t gcd = Gcd(steps);
  if (gcd > 1) {
    for (int64_t& step : steps) step /= static_cast<int64_t>(gcd);
  }
  Column from_first = steps;
  PortableKernels().running_sums(from_first.data(), from_first.size());
  const Column turns = Differences(steps);
  const Choice choice = Choose(steps, from_first, turns);
  std::string packed;
  uint8_t flags = static_cast<uint8_t>(choice.mode | (gcd > 1 ? kHasGcd : 0));
  const Column& chosen = choice.mode == kPlain ? from_first : choice.mode == kDelta ? steps : turns;
  PutPacked(chosen, choice.packing, &flags, &packed);
  out->push_back(static_cast<char>(flags));
  if (gcd > 1) base::PutVarint(gcd, out);
  base::PutSignedVarint(values.front(), out);
  if (choice.mode == kDeltaOfDelta) base::PutSignedVarint(steps.front(), out);
  *out += packed;
}

base::Status DecodeIntColumn(base::ByteReader* in, std::span<int64_t> out) {
  const Kernels& kernels = BestKernels();
  VEDETTE_ASSIGN_OR_RETURN(const ColumnHead head, ReadHead(in));
  const std::span<int64_t> rest = out.subspan(1);
  if (head.mode == kConstantDelta) {
    std::fill(rest.begin(), rest.end(), head.step);
  } else if (head.mode == kDeltaOfDelta) {
    if (rest.size() < 2) return BrokenColumn();
    VEDETTE_RETURN_IF_ERROR(ReadPacked(in, head.flags, rest.subspan(1)));
    rest.front() = head.step;
    kernels.running_sums(rest.data(), rest.size());
  } else {
    if (rest.empty()) return BrokenColumn();
    VEDETTE_RETURN_IF_ERROR(ReadPacked(in, head.flags, rest));
  }
  if (!in->ok()) return BrokenColumn();
  MultiplyBy(head.gcd, rest);
  out.front() = head.first;
  if (head.mode == kPlain) {
    for (int64_t& v : rest) v = Add(v, head.first);
  } else {
    kernels.running_sums(out.data(), out.size());
  }
  return {};
}

}  // namespace vedette::tsdb
