#include "collector/tsdb/value_codec.h"

#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "base/codec/bytes.h"
#include "collector/tsdb/decimals.h"
#include "collector/tsdb/int_column.h"
#include "collector/tsdb/kernels.h"

namespace vedette::tsdb {
namespace {

constexpr unsigned kCodecBits = 3;
constexpr uint8_t kCodecMask = 7;
// Decimals that take fewer bytes a value are not beaten by bits: spare the attempt.
constexpr size_t kGoodBytes = 5;

uint64_t Bits(double v) { return std::bit_cast<uint64_t>(v); }

char Tag(ValueCodec codec, unsigned exponent = 0) {
  return static_cast<char>(static_cast<unsigned>(codec) | exponent << kCodecBits);
}

std::string EncodeDecimals(std::span<const double> values, const Decimals& decimals) {
  const bool whole = decimals.exceptions.empty();
  std::string out;
  out.push_back(
      decimals.multiplied
          ? Tag(whole ? ValueCodec::kMultiplied : ValueCodec::kMultipliedSome, decimals.exponent)
          : Tag(whole ? ValueCodec::kDivided : ValueCodec::kDividedSome, decimals.exponent));
  if (!whole) base::PutVarint(decimals.exceptions.size(), &out);
  uint32_t last = 0;
  for (const uint32_t i : decimals.exceptions) {
    base::PutVarint(i - last, &out);
    base::PutFixed(Bits(values[i]), &out);
    last = i;
  }
  EncodeIntColumn(decimals.integers, &out);
  return out;
}

// The sign goes to the lowest bit: then neighbouring integers are neighbouring magnitudes.
std::string EncodeBits(std::span<const double> values) {
  std::vector<int64_t> turned;
  turned.reserve(values.size());
  for (const double v : values) turned.push_back(static_cast<int64_t>(std::rotl(Bits(v), 1)));
  std::string out(1, Tag(ValueCodec::kBits));
  EncodeIntColumn(turned, &out);
  return out;
}

base::Status Broken() { return base::DataLoss("values column: impossible content"); }

struct Exception {
  size_t index;
  double value;
};

base::Status ReadExceptions(base::ByteReader* in, size_t n, std::vector<Exception>* out) {
  const uint64_t count = in->Varint();
  if (!in->ok() || count > n) return Broken();
  uint64_t index = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t gap = in->Varint();
    const double v = std::bit_cast<double>(in->Fixed<uint64_t>());
    if (!in->ok() || gap >= n - index) return Broken();
    index += gap;
    out->push_back({index, v});
  }
  return {};
}

base::Status DecodeDecimals(ValueCodec codec, unsigned exponent, base::ByteReader* in,
                            std::span<double> out) {
  if (exponent > kMaxExponent) return Broken();
  std::vector<Exception> exceptions;
  if (codec == ValueCodec::kDividedSome || codec == ValueCodec::kMultipliedSome) {
    VEDETTE_RETURN_IF_ERROR(ReadExceptions(in, out.size(), &exceptions));
  }
  std::array<int64_t, kColumnSamples> integers;
  VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(in, {integers.data(), out.size()}));
  const Kernels& kernels = BestKernels();
  if (codec == ValueCodec::kDivided || codec == ValueCodec::kDividedSome) {
    kernels.divide(integers.data(), out.size(), kPowers[exponent], out.data());
  } else {
    kernels.multiply(integers.data(), out.size(), kInversePowers[exponent], out.data());
  }
  for (const Exception& exception : exceptions) out[exception.index] = exception.value;
  return {};
}

base::Status DecodeBits(base::ByteReader* in, std::span<double> out) {
  std::array<int64_t, kColumnSamples> turned;
  VEDETTE_RETURN_IF_ERROR(DecodeIntColumn(in, {turned.data(), out.size()}));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = std::bit_cast<double>(std::rotr(static_cast<uint64_t>(turned[i]), 1));
  }
  return {};
}

base::Status DecodeAs(ValueCodec codec, unsigned exponent, base::ByteReader* in,
                      std::span<double> out) {
  switch (codec) {
    case ValueCodec::kDivided:
    case ValueCodec::kMultiplied:
    case ValueCodec::kDividedSome:
    case ValueCodec::kMultipliedSome:
      return DecodeDecimals(codec, exponent, in, out);
    case ValueCodec::kBits:
      return exponent == 0 ? DecodeBits(in, out) : Broken();
  }
  return base::DataLoss("values column: unknown codec " +
                        std::to_string(static_cast<unsigned>(codec)));
}

}  // namespace

ValueCodec CodecOf(std::string_view column) {
  return static_cast<ValueCodec>(static_cast<uint8_t>(column.front()) & kCodecMask);
}

void EncodeValues(std::span<const double> values, std::string* out) {
  std::string best;
  if (const std::optional<Decimals> decimals = FindDecimals(values)) {
    best = EncodeDecimals(values, *decimals);
  }
  if (best.empty() || best.size() > values.size() * kGoodBytes) {
    std::string bits = EncodeBits(values);
    if (best.empty() || bits.size() < best.size()) best = std::move(bits);
  }
  *out += best;
}

base::Status DecodeValues(std::string_view data, std::span<double> out) {
  base::ByteReader in(data);
  const unsigned tag = in.Fixed<uint8_t>();
  if (!in.ok()) return base::DataLoss("values column: empty");
  VEDETTE_RETURN_IF_ERROR(
      DecodeAs(static_cast<ValueCodec>(tag & kCodecMask), tag >> kCodecBits, &in, out));
  return in.ok() && in.empty() ? base::Status() : base::DataLoss("values column: bytes left over");
}

}  // namespace vedette::tsdb
