#include "collector/tsdb/value_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/codec/bytes.h"
#include "collector/tsdb/bits.h"
#include "collector/tsdb/int_codec.h"

namespace vedette::tsdb {
namespace {

constexpr unsigned kMaxExponent = 18;
constexpr double kMaxMantissa = 9007199254740992.0;  // 2^53
constexpr std::array<double, kMaxExponent + 1> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                                          1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                                          1e14, 1e15, 1e16, 1e17, 1e18};

uint64_t Bits(double v) { return std::bit_cast<uint64_t>(v); }

double FromDecimal(int64_t mantissa, unsigned exponent) {
  return static_cast<double>(mantissa) / kPowers[exponent];
}

// The integer m with m / 10^exponent == v to the bit, if there is one.
std::optional<int64_t> ToDecimal(double v, unsigned exponent) {
  const double scaled = v * kPowers[exponent];
  if (!(std::fabs(scaled) <= kMaxMantissa)) return std::nullopt;  // also NaN
  const int64_t mantissa = std::llround(scaled);
  if (Bits(FromDecimal(mantissa, exponent)) != Bits(v)) return std::nullopt;
  return mantissa;
}

// The smallest exponent that most values need; those that need more become exceptions. Nothing when
// more than one value in eight is no decimal at all.
std::optional<unsigned> FindExponent(std::span<const double> values) {
  std::array<size_t, kMaxExponent + 1> need{};
  size_t exact = 0;
  unsigned guess = 0;
  for (const double v : values) {
    unsigned e = 0;
    // Neighbours mostly have as many digits: try the last exponent before the smaller ones.
    if (guess > 0 && !ToDecimal(v, guess - 1) && ToDecimal(v, guess)) {
      e = guess;
    } else {
      while (e <= kMaxExponent && !ToDecimal(v, e)) ++e;
    }
    if (e > kMaxExponent) continue;
    guess = e;
    ++need[e];
    ++exact;
  }
  const size_t allowed = values.size() / 8;
  if (values.size() - exact > allowed) return std::nullopt;
  unsigned exponent = kMaxExponent;
  while (exponent > 0 && need[exponent] == 0) --exponent;
  return exponent;
}

std::optional<std::string> EncodeDecimal(std::span<const double> values) {
  const std::optional<unsigned> exponent = FindExponent(values);
  if (!exponent) return std::nullopt;
  std::vector<int64_t> mantissas;
  std::string exceptions;
  size_t exception_count = 0;
  size_t last_exception = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (const std::optional<int64_t> m = ToDecimal(values[i], *exponent)) {
      mantissas.push_back(*m);
      continue;
    }
    mantissas.push_back(mantissas.empty() ? 0 : mantissas.back());
    base::PutVarint(i - last_exception, &exceptions);
    base::PutFixed(Bits(values[i]), &exceptions);
    last_exception = i;
    ++exception_count;
  }
  if (exception_count > values.size() / 8) return std::nullopt;
  std::string out(1, static_cast<char>(ValueCodec::kDecimal));
  out.push_back(static_cast<char>(*exponent));
  base::PutVarint(exception_count, &out);
  out += exceptions;
  EncodeInts(mantissas, &out);
  return out;
}

std::string EncodeXor(std::span<const double> values) {
  std::string out(1, static_cast<char>(ValueCodec::kXor));
  base::PutFixed(Bits(values.front()), &out);
  BitWriter bits(&out);
  unsigned leading = 64;
  unsigned length = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    const uint64_t x = Bits(values[i]) ^ Bits(values[i - 1]);
    if (x == 0) {
      bits.Write(0, 1);
      continue;
    }
    const unsigned lead = static_cast<unsigned>(std::countl_zero(x));
    const unsigned trail = static_cast<unsigned>(std::countr_zero(x));
    bits.Write(1, 1);
    if (length > 0 && lead >= leading && trail >= 64 - leading - length) {
      bits.Write(0, 1);
      bits.Write(x >> (64 - leading - length), length);
      continue;
    }
    leading = lead;
    length = 64 - lead - trail;
    bits.Write(1, 1);
    bits.Write(leading, 6);
    bits.Write(length - 1, 6);
    bits.Write(x >> trail, length);
  }
  bits.Pad();
  return out;
}

std::string EncodeRaw(std::span<const double> values) {
  std::string out(1, static_cast<char>(ValueCodec::kRaw));
  for (const double v : values) base::PutFixed(Bits(v), &out);
  return out;
}

base::Status Broken(const char* codec) {
  return base::DataLoss(std::string("values column, codec ") + codec + ": impossible content");
}

base::Status DecodeConstant(base::ByteReader* in, std::span<double> out) {
  const double v = std::bit_cast<double>(in->Fixed<uint64_t>());
  std::fill(out.begin(), out.end(), v);
  return in->ok() ? base::Status() : Broken("constant");
}

base::Status DecodeDecimal(base::ByteReader* in, std::span<double> out) {
  const unsigned exponent = in->Fixed<uint8_t>();
  const uint64_t exceptions = in->Varint();
  if (!in->ok() || exponent > kMaxExponent || exceptions > out.size()) return Broken("decimal");
  std::vector<std::pair<size_t, double>> kept;
  uint64_t index = 0;
  for (uint64_t i = 0; i < exceptions; ++i) {
    const uint64_t step = in->Varint();
    const double v = std::bit_cast<double>(in->Fixed<uint64_t>());
    if (!in->ok() || step >= out.size() - index) return Broken("decimal");
    index += step;
    kept.emplace_back(index, v);
  }
  std::vector<int64_t> mantissas;
  VEDETTE_RETURN_IF_ERROR(DecodeInts(in, out.size(), &mantissas));
  for (size_t i = 0; i < out.size(); ++i) out[i] = FromDecimal(mantissas[i], exponent);
  for (const auto& [at, v] : kept) out[at] = v;
  return {};
}

base::Status DecodeXor(base::ByteReader* in, std::span<double> out) {
  uint64_t value = in->Fixed<uint64_t>();
  BitReader bits(in->Bytes(in->remaining()));
  if (!in->ok()) return Broken("xor");
  unsigned trailing = 0;
  unsigned length = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (i > 0 && bits.Read(1) == 1) {
      if (bits.Read(1) == 1) {
        const unsigned leading = static_cast<unsigned>(bits.Read(6));
        length = static_cast<unsigned>(bits.Read(6)) + 1;
        if (leading + length > 64) return Broken("xor");
        trailing = 64 - leading - length;
      }
      if (length == 0) return Broken("xor");
      value ^= bits.Read(length) << trailing;
    }
    out[i] = std::bit_cast<double>(value);
  }
  return bits.ok() && bits.AtEnd() ? base::Status() : Broken("xor");
}

base::Status DecodeRaw(base::ByteReader* in, std::span<double> out) {
  for (double& v : out) v = std::bit_cast<double>(in->Fixed<uint64_t>());
  return in->ok() ? base::Status() : Broken("raw");
}

}  // namespace

void EncodeValues(std::span<const double> values, std::string* out) {
  const uint64_t first = Bits(values.front());
  if (std::all_of(values.begin(), values.end(), [first](double v) { return Bits(v) == first; })) {
    out->push_back(static_cast<char>(ValueCodec::kConstant));
    base::PutFixed(first, out);
    return;
  }
  std::string best = EncodeRaw(values);
  const std::optional<std::string> decimal = EncodeDecimal(values);
  if (decimal && decimal->size() < best.size()) best = *decimal;
  // Decimals of four bytes and less are never beaten by xor in practice: spare the attempt.
  if (best.size() > values.size() * 4) {
    std::string other = EncodeXor(values);
    if (other.size() < best.size()) best = std::move(other);
  }
  *out += best;
}

base::Status DecodeValues(std::string_view data, size_t count, std::vector<double>* out) {
  out->assign(count, 0);
  base::ByteReader in(data);
  const uint8_t codec = in.Fixed<uint8_t>();
  base::Status status;
  switch (static_cast<ValueCodec>(codec)) {
    case ValueCodec::kConstant:
      status = DecodeConstant(&in, *out);
      break;
    case ValueCodec::kDecimal:
      status = DecodeDecimal(&in, *out);
      break;
    case ValueCodec::kXor:
      status = DecodeXor(&in, *out);
      break;
    case ValueCodec::kRaw:
      status = DecodeRaw(&in, *out);
      break;
    default:
      return base::DataLoss("values column: unknown codec " + std::to_string(codec));
  }
  if (status.ok() && !in.empty()) return base::DataLoss("values column: bytes left over");
  return status;
}

}  // namespace vedette::tsdb
