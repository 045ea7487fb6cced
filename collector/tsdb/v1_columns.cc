#include "collector/tsdb/v1_columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <string>
#include <utility>

#include "collector/tsdb/bits.h"
#include "collector/tsdb/kernels.h"

namespace vedette::tsdb::v1 {
namespace {

enum V1Mode : uint8_t { kV1ConstantDelta = 0, kV1Plain = 1, kV1Delta = 2, kV1DeltaOfDelta = 3 };
enum class V1ValueCodec : uint8_t { kConstant = 1, kDecimal = 2, kXor = 3, kRaw = 4 };
constexpr size_t kGroup = 128;
constexpr unsigned kMaxExponent = 18;
constexpr std::array<double, kMaxExponent + 1> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                                          1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                                          1e14, 1e15, 1e16, 1e17, 1e18};

// Wrapping arithmetic: differences of any two int64 are fine.
int64_t WrappingAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t WrappingMultiply(int64_t a, uint64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * b);
}

base::Status BrokenV1Column() { return base::DataLoss("integer column: impossible content"); }
base::Status BrokenV1Column(const char* codec) {
  return base::DataLoss(std::string("values column, codec ") + codec + ": impossible content");
}

base::Status DecodeGroup(base::ByteReader* in, size_t n, uint64_t gcd, int64_t* out) {
  const int64_t minimum = in->SignedVarint();
  const unsigned width = in->Fixed<uint8_t>();
  const unsigned patches = in->Fixed<uint8_t>();
  if (!in->ok() || width > 64 || patches > n) return BrokenV1Column();
  const std::string_view packed = in->Bytes((n * width + 7) / 8);
  if (!in->ok()) return BrokenV1Column();
  BestKernels().unpack(packed, n, width, minimum, out);
  for (unsigned p = 0; p < patches; ++p) {
    const size_t index = in->Fixed<uint8_t>();
    const uint64_t high = in->Varint();
    if (!in->ok() || index >= n || width == 64) return BrokenV1Column();
    out[index] = WrappingAdd(out[index], static_cast<int64_t>(high << width));
  }
  for (size_t i = 0; i < n; ++i) out[i] = WrappingMultiply(out[i], gcd);
  return {};
}

base::Status DecodeGroups(base::ByteReader* in, std::span<int64_t> out) {
  const uint64_t gcd = in->Varint();
  for (size_t at = 0; at < out.size(); at += kGroup) {
    const size_t n = std::min(kGroup, out.size() - at);
    VEDETTE_RETURN_IF_ERROR(DecodeGroup(in, n, gcd, out.data() + at));
  }
  return in->ok() ? base::Status() : BrokenV1Column();
}

// Turns [first, d1, d2, ...] into running sums, in place.
void Accumulate(std::span<int64_t> values) {
  for (size_t i = 1; i < values.size(); ++i) values[i] = WrappingAdd(values[i], values[i - 1]);
}

base::Status DecodeConstant(base::ByteReader* in, std::span<double> out) {
  const double v = std::bit_cast<double>(in->Fixed<uint64_t>());
  std::fill(out.begin(), out.end(), v);
  return in->ok() ? base::Status() : BrokenV1Column("constant");
}

base::Status DecodeDecimal(base::ByteReader* in, std::span<double> out) {
  const unsigned exponent = in->Fixed<uint8_t>();
  const uint64_t exceptions = in->Varint();
  if (!in->ok() || exponent > kMaxExponent || exceptions > out.size()) {
    return BrokenV1Column("decimal");
  }
  std::vector<std::pair<size_t, double>> kept;
  uint64_t index = 0;
  for (uint64_t i = 0; i < exceptions; ++i) {
    const uint64_t step = in->Varint();
    const double v = std::bit_cast<double>(in->Fixed<uint64_t>());
    if (!in->ok() || step >= out.size() - index) return BrokenV1Column("decimal");
    index += step;
    kept.emplace_back(index, v);
  }
  std::vector<int64_t> mantissas;
  VEDETTE_RETURN_IF_ERROR(DecodeInts(in, out.size(), &mantissas));
  BestKernels().divide(mantissas.data(), out.size(), kPowers[exponent], out.data());
  for (const auto& [at, v] : kept) out[at] = v;
  return {};
}

base::Status DecodeXor(base::ByteReader* in, std::span<double> out) {
  uint64_t value = in->Fixed<uint64_t>();
  BitReader bits(in->Bytes(in->remaining()));
  if (!in->ok()) return BrokenV1Column("xor");
  unsigned trailing = 0;
  unsigned length = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (i > 0 && bits.Read(1) == 1) {
      if (bits.Read(1) == 1) {
        const unsigned leading = static_cast<unsigned>(bits.Read(6));
        length = static_cast<unsigned>(bits.Read(6)) + 1;
        if (leading + length > 64) return BrokenV1Column("xor");
        trailing = 64 - leading - length;
      }
      if (length == 0) return BrokenV1Column("xor");
      value ^= bits.Read(length) << trailing;
    }
    out[i] = std::bit_cast<double>(value);
  }
  return bits.ok() && bits.AtEnd() ? base::Status() : BrokenV1Column("xor");
}

base::Status DecodeRaw(base::ByteReader* in, std::span<double> out) {
  for (double& v : out) v = std::bit_cast<double>(in->Fixed<uint64_t>());
  return in->ok() ? base::Status() : BrokenV1Column("raw");
}

}  // namespace

base::Status DecodeInts(base::ByteReader* in, size_t count, std::vector<int64_t>* out) {
  out->assign(count, 0);
  const uint8_t mode = in->Fixed<uint8_t>();
  const int64_t first = in->SignedVarint();
  if (!in->ok() || mode > kV1DeltaOfDelta) return BrokenV1Column();
  if (mode == kV1Plain) return DecodeGroups(in, *out);
  if (mode == kV1ConstantDelta) {
    const int64_t step = in->SignedVarint();
    std::fill(out->begin(), out->end(), step);
    if (count > 0) out->front() = first;
    Accumulate(*out);
    return in->ok() ? base::Status() : BrokenV1Column();
  }
  const size_t fixed = mode == kV1Delta ? 1 : 2;
  if (count < fixed) return BrokenV1Column();
  const int64_t second = mode == kV1DeltaOfDelta ? in->SignedVarint() : 0;
  const std::span<int64_t> all(*out);
  VEDETTE_RETURN_IF_ERROR(DecodeGroups(in, all.subspan(fixed)));
  if (mode == kV1DeltaOfDelta) {
    all[1] = second;
    Accumulate(all.subspan(1));
  }
  all[0] = first;
  Accumulate(all);
  return {};
}

base::Status DecodeValues(std::string_view data, size_t count, std::vector<double>* out) {
  out->assign(count, 0);
  base::ByteReader in(data);
  const uint8_t codec = in.Fixed<uint8_t>();
  base::Status status;
  switch (static_cast<V1ValueCodec>(codec)) {
    case V1ValueCodec::kConstant:
      status = DecodeConstant(&in, *out);
      break;
    case V1ValueCodec::kDecimal:
      status = DecodeDecimal(&in, *out);
      break;
    case V1ValueCodec::kXor:
      status = DecodeXor(&in, *out);
      break;
    case V1ValueCodec::kRaw:
      status = DecodeRaw(&in, *out);
      break;
    default:
      return base::DataLoss("values column: unknown codec " + std::to_string(codec));
  }
  if (status.ok() && !in.empty()) return base::DataLoss("values column: bytes left over");
  return status;
}

}  // namespace vedette::tsdb::v1
