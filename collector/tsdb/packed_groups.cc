#include "collector/tsdb/packed_groups.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "collector/tsdb/int_column.h"
#include "collector/tsdb/kernels.h"

namespace vedette::tsdb {
namespace {

constexpr unsigned kHasPatches = 0x80;
constexpr unsigned kMaxWidth = 64;
// Ranges narrower than this are not searched for outliers below: little is to be had.
constexpr unsigned kWideRange = 12;
// One value in so many may lie below the base.
constexpr size_t kOutlierShare = 12;
// All but one value in so many of one width are a crowd.
constexpr size_t kCrowd = 8;
// Fewer zeros than one in so many are not worth a list.
constexpr size_t kZeroShare = 64;

using Histogram = std::array<uint32_t, kMaxWidth + 1>;

uint64_t Above(int64_t v, int64_t base) {
  return static_cast<uint64_t>(v) - static_cast<uint64_t>(base);
}
unsigned BitWidth(uint64_t v) { return static_cast<unsigned>(std::bit_width(v)); }
// Of a patch: its index and the varint of the bits above the width.
size_t PatchBytes(unsigned bits_above) { return 1 + (bits_above + 6) / 7; }

struct Width {
  unsigned bits = 0;
  size_t bytes = 0;  // packed and patches
};

// The width at which packed bits and patches together are shortest. Narrower ones are tried until
// the patches alone outgrow the best.
Width BestWidth(const Histogram& of_width, size_t n) {
  unsigned widest = kMaxWidth;
  while (widest > 0 && of_width[widest] == 0) --widest;
  Width best{widest, PackedBytes(n, widest)};
  for (unsigned w = widest; w-- > 0;) {
    size_t patches = 0;
    for (unsigned over = w + 1; over <= widest; ++over) {
      patches += of_width[over] * PatchBytes(over - w);
    }
    if (patches >= best.bytes) break;
    const size_t bytes = PackedBytes(n, w) + patches;
    if (bytes < best.bytes) best = {w, bytes};
  }
  return best;
}

// Of the column, or of what is not zero in it.
struct Range {
  int64_t min = INT64_MAX;
  int64_t max = INT64_MIN;
  size_t count = 0;
  unsigned Width() const { return BitWidth(Above(max, min)); }
};

Range RangeOf(std::span<const int64_t> values, bool without_zeros) {
  Range range;
  for (const int64_t v : values) {
    if (without_zeros && v == 0) continue;
    range.min = std::min(range.min, v);
    range.max = std::max(range.max, v);
    ++range.count;
  }
  return range;
}

struct Cost {
  size_t bytes = 0;
  // Nearly all values are as wide as the widest: the base may be far below them.
  bool crowded = false;
};

Cost CostAbove(int64_t base, std::span<const int64_t> values, bool without_zeros, size_t count) {
  Histogram of_width{};
  for (const int64_t v : values) ++of_width[BitWidth(Above(v, base))];
  if (without_zeros) {
    of_width[BitWidth(Above(0, base))] -= static_cast<uint32_t>(values.size() - count);
  }
  const Width width = BestWidth(of_width, count);
  const auto fullest = *std::max_element(of_width.begin(), of_width.end());
  return {width.bytes + (count + kIntGroup - 1) / kIntGroup, fullest >= count - count / kCrowd};
}

// A base that leaves the few lowest out where that spares bits: a counter's reset is one far below.
int64_t BaseAboveOutliers(std::span<const int64_t> values, int64_t max, bool without_zeros) {
  std::vector<int64_t> sorted;
  sorted.reserve(values.size());
  for (const int64_t v : values) {
    if (!without_zeros || v != 0) sorted.push_back(v);
  }
  const auto kth = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / kOutlierShare);
  std::nth_element(sorted.begin(), kth, sorted.end());
  // No higher than the width asks for: each value below is a patch.
  const unsigned width = BitWidth(Above(max, *kth));
  int64_t base = *kth;
  for (auto v = sorted.begin(); v != kth; ++v) {
    if (*v < base && BitWidth(Above(max, *v)) == width) base = *v;
  }
  return base;
}

// The better of the two bases, for the column or for what is not zero in it.
Packing Estimate(std::span<const int64_t> values, const Range& range, bool without_zeros) {
  const Cost lowest = CostAbove(range.min, values, without_zeros, range.count);
  const Packing best{range.min, without_zeros, lowest.bytes};
  if (!lowest.crowded || range.Width() < kWideRange) return best;
  const int64_t base = BaseAboveOutliers(values, range.max, without_zeros);
  if (BitWidth(Above(range.max, base)) == range.Width()) return best;
  const Packing other{base, without_zeros,
                      CostAbove(base, values, without_zeros, range.count).bytes};
  return other.bytes < best.bytes ? other : best;
}

size_t ZeroListBytes(size_t zeros, size_t n) { return std::min(zeros + 1, (n + 7) / 8); }

void PackBits(std::span<const uint64_t> values, unsigned width, std::string* out) {
  if (width == 0) return;
  const size_t begin = out->size();
  out->resize(begin + PackedBytes(values.size(), width) + sizeof(uint64_t));
  char* at = out->data() + begin;
  const uint64_t mask = width == kMaxWidth ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  uint64_t word = 0;
  unsigned filled = 0;
  for (uint64_t v : values) {
    v &= mask;
    word |= v << filled;
    filled += width;
    if (filled < 64) continue;
    std::memcpy(at, &word, sizeof(word));
    at += sizeof(word);
    filled -= 64;
    word = filled == 0 ? 0 : v >> (width - filled);
  }
  std::memcpy(at, &word, sizeof(word));
  out->resize(begin + PackedBytes(values.size(), width));
}

void PackGroup(std::span<const int64_t> values, int64_t base, std::string* out) {
  std::array<uint64_t, kIntGroup> above;
  Histogram of_width{};
  for (size_t i = 0; i < values.size(); ++i) {
    above[i] = Above(values[i], base);
    ++of_width[BitWidth(above[i])];
  }
  const unsigned width = BestWidth(of_width, values.size()).bits;
  std::string patches;
  size_t patch_count = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (BitWidth(above[i]) <= width) continue;
    ++patch_count;
    patches.push_back(static_cast<char>(i));
    base::PutVarint(above[i] >> width, &patches);
  }
  out->push_back(static_cast<char>(width | (patch_count > 0 ? kHasPatches : 0)));
  if (patch_count > 0) out->push_back(static_cast<char>(patch_count));
  PackBits({above.data(), values.size()}, width, out);
  *out += patches;
}

base::Status BrokenGroups() { return base::DataLoss("packed integers: impossible content"); }

base::Status Patch(base::ByteReader* in, size_t count, unsigned width, std::span<int64_t> out) {
  for (size_t p = 0; p < count; ++p) {
    const size_t index = in->Fixed<uint8_t>();
    const uint64_t high = in->Varint();
    if (!in->ok() || index >= out.size() || width == kMaxWidth) return BrokenGroups();
    out[index] = static_cast<int64_t>(static_cast<uint64_t>(out[index]) + (high << width));
  }
  return {};
}

}  // namespace

unsigned RangeWidth(std::span<const int64_t> values) { return RangeOf(values, false).Width(); }

Packing ChoosePacking(std::span<const int64_t> values) {
  Packing best = Estimate(values, RangeOf(values, false), false);
  const auto zeros = static_cast<size_t>(std::count(values.begin(), values.end(), 0));
  if (zeros * kZeroShare < values.size() || zeros == 0 || zeros == values.size()) return best;
  Packing other = Estimate(values, RangeOf(values, true), true);
  other.bytes += ZeroListBytes(zeros, values.size());
  return other.bytes < best.bytes ? other : best;
}

void PackGroups(std::span<const int64_t> values, int64_t base, std::string* out) {
  for (size_t at = 0; at < values.size(); at += kIntGroup) {
    PackGroup(values.subspan(at, std::min(kIntGroup, values.size() - at)), base, out);
  }
}

base::Status UnpackGroups(base::ByteReader* in, int64_t base, std::span<int64_t> out) {
  const Kernels& kernels = BestKernels();
  for (size_t at = 0; at < out.size(); at += kIntGroup) {
    const std::span<int64_t> group = out.subspan(at, std::min(kIntGroup, out.size() - at));
    const unsigned head = in->Fixed<uint8_t>();
    const unsigned width = head & ~kHasPatches;
    const size_t patches = (head & kHasPatches) != 0 ? in->Fixed<uint8_t>() : 0;
    if (width > kMaxWidth || patches > group.size()) return BrokenGroups();
    const std::string_view packed = in->Bytes(PackedBytes(group.size(), width));
    if (!in->ok()) return BrokenGroups();
    kernels.unpack(packed, group.size(), width, base, group.data());
    VEDETTE_RETURN_IF_ERROR(Patch(in, patches, width, group));
  }
  return {};
}

}  // namespace vedette::tsdb
