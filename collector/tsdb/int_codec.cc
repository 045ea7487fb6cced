#include "collector/tsdb/int_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "collector/tsdb/bits.h"

namespace vedette::tsdb {
namespace {

enum Mode : uint8_t { kConstantDelta = 0, kPlain = 1, kDelta = 2, kDeltaOfDelta = 3 };

// Wrapping arithmetic: differences of any two int64 are fine.
int64_t Add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t Subtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t Multiply(int64_t a, uint64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * b);
}

std::vector<int64_t> Differences(std::span<const int64_t> values) {
  std::vector<int64_t> out;
  for (size_t i = 1; i < values.size(); ++i) out.push_back(Subtract(values[i], values[i - 1]));
  return out;
}

uint64_t Gcd(std::span<const int64_t> values) {
  uint64_t gcd = 0;
  for (const int64_t v : values) {
    const uint64_t magnitude = v < 0 ? 0 - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
    gcd = std::gcd(gcd, magnitude);
    if (gcd == 1) break;
  }
  return std::max<uint64_t>(gcd, 1);
}

unsigned BitWidth(uint64_t v) { return static_cast<unsigned>(std::bit_width(v)); }

// The width at which packed bits and patches together are shortest.
unsigned BestWidth(std::span<const uint64_t> values) {
  std::array<size_t, 65> of_width{};
  for (const uint64_t v : values) ++of_width[BitWidth(v)];
  size_t best_bytes = SIZE_MAX;
  unsigned best = 64;
  for (unsigned w = 0; w <= 64; ++w) {
    size_t bytes = (values.size() * w + 7) / 8;
    for (unsigned over = w + 1; over <= 64; ++over) {
      bytes += of_width[over] * (1 + (over - w + 6) / 7);
    }
    if (bytes < best_bytes) {
      best_bytes = bytes;
      best = w;
    }
  }
  return best;
}

void EncodeGroup(std::span<const int64_t> values, std::string* out) {
  const int64_t minimum = *std::min_element(values.begin(), values.end());
  std::array<uint64_t, kIntGroup> above;
  for (size_t i = 0; i < values.size(); ++i) {
    above[i] = static_cast<uint64_t>(Subtract(values[i], minimum));
  }
  const std::span<const uint64_t> offsets(above.data(), values.size());
  const unsigned width = BestWidth(offsets);
  std::string patches;
  uint8_t patch_count = 0;
  base::PutSignedVarint(minimum, out);
  std::string packed;
  BitWriter bits(&packed);
  for (size_t i = 0; i < offsets.size(); ++i) {
    bits.Write(offsets[i], width);
    if (BitWidth(offsets[i]) <= width) continue;
    ++patch_count;
    patches.push_back(static_cast<char>(i));
    base::PutVarint(offsets[i] >> width, &patches);
  }
  bits.Pad();
  out->push_back(static_cast<char>(width));
  out->push_back(static_cast<char>(patch_count));
  *out += packed;
  *out += patches;
}

void EncodeGroups(std::span<const int64_t> values, std::string* out) {
  const uint64_t gcd = Gcd(values);
  base::PutVarint(gcd, out);
  std::array<int64_t, kIntGroup> group;
  for (size_t at = 0; at < values.size(); at += kIntGroup) {
    const size_t n = std::min(kIntGroup, values.size() - at);
    for (size_t i = 0; i < n; ++i) {
      // A gcd of 2^63 has only itself and 0 as multiples; as a signed divisor it would be negative.
      const int64_t v = values[at + i];
      group[i] = gcd > INT64_MAX ? (v == 0 ? 0 : 1) : v / static_cast<int64_t>(gcd);
    }
    EncodeGroup(std::span<const int64_t>(group.data(), n), out);
  }
}

std::string EncodeMode(Mode mode, int64_t first, int64_t second, std::span<const int64_t> packed) {
  std::string out(1, static_cast<char>(mode));
  base::PutSignedVarint(first, &out);
  if (mode == kDeltaOfDelta) base::PutSignedVarint(second, &out);
  EncodeGroups(packed, &out);
  return out;
}

base::Status Broken() { return base::DataLoss("integer column: impossible content"); }

base::Status DecodeGroup(base::ByteReader* in, size_t n, uint64_t gcd, int64_t* out) {
  const int64_t minimum = in->SignedVarint();
  const unsigned width = in->Fixed<uint8_t>();
  const unsigned patches = in->Fixed<uint8_t>();
  if (!in->ok() || width > 64 || patches > n) return Broken();
  const std::string_view packed = in->Bytes((n * width + 7) / 8);
  if (!in->ok()) return Broken();
  std::array<uint64_t, kIntGroup> offsets{};
  BitReader bits(packed);
  for (size_t i = 0; i < n; ++i) offsets[i] = bits.Read(width);
  for (unsigned p = 0; p < patches; ++p) {
    const size_t index = in->Fixed<uint8_t>();
    const uint64_t high = in->Varint();
    if (!in->ok() || index >= n || width == 64) return Broken();
    offsets[index] |= high << width;
  }
  for (size_t i = 0; i < n; ++i) {
    out[i] = Multiply(Add(minimum, static_cast<int64_t>(offsets[i])), gcd);
  }
  return {};
}

base::Status DecodeGroups(base::ByteReader* in, std::span<int64_t> out) {
  const uint64_t gcd = in->Varint();
  for (size_t at = 0; at < out.size(); at += kIntGroup) {
    const size_t n = std::min(kIntGroup, out.size() - at);
    VEDETTE_RETURN_IF_ERROR(DecodeGroup(in, n, gcd, out.data() + at));
  }
  return in->ok() ? base::Status() : Broken();
}

// Turns [first, d1, d2, ...] into running sums, in place.
void Accumulate(std::span<int64_t> values) {
  for (size_t i = 1; i < values.size(); ++i) values[i] = Add(values[i], values[i - 1]);
}

}  // namespace

void EncodeInts(std::span<const int64_t> values, std::string* out) {
  const std::vector<int64_t> deltas = Differences(values);
  const int64_t first = values.empty() ? 0 : values.front();
  const int64_t step = deltas.empty() ? 0 : deltas.front();
  if (std::all_of(deltas.begin(), deltas.end(), [step](int64_t d) { return d == step; })) {
    out->push_back(static_cast<char>(kConstantDelta));
    base::PutSignedVarint(first, out);
    base::PutSignedVarint(step, out);
    return;
  }
  std::string best = EncodeMode(kDelta, first, 0, deltas);
  for (const std::string& other : {EncodeMode(kPlain, 0, 0, values),
                                   EncodeMode(kDeltaOfDelta, first, step, Differences(deltas))}) {
    if (other.size() < best.size()) best = other;
  }
  *out += best;
}

base::Status DecodeInts(base::ByteReader* in, size_t count, std::vector<int64_t>* out) {
  out->assign(count, 0);
  const uint8_t mode = in->Fixed<uint8_t>();
  const int64_t first = in->SignedVarint();
  if (!in->ok() || mode > kDeltaOfDelta) return Broken();
  if (mode == kPlain) return DecodeGroups(in, *out);
  if (mode == kConstantDelta) {
    const int64_t step = in->SignedVarint();
    std::fill(out->begin(), out->end(), step);
    if (count > 0) out->front() = first;
    Accumulate(*out);
    return in->ok() ? base::Status() : Broken();
  }
  const size_t fixed = mode == kDelta ? 1 : 2;
  if (count < fixed) return Broken();
  const int64_t second = mode == kDeltaOfDelta ? in->SignedVarint() : 0;
  const std::span<int64_t> all(*out);
  VEDETTE_RETURN_IF_ERROR(DecodeGroups(in, all.subspan(fixed)));
  if (mode == kDeltaOfDelta) {
    all[1] = second;
    Accumulate(all.subspan(1));
  }
  all[0] = first;
  Accumulate(all);
  return {};
}

}  // namespace vedette::tsdb
