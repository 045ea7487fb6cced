#include "base/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/decimal_digits.h"
#include "base/eight_digits.h"
#include "base/shortest_decimal.h"

namespace vedette::base {
namespace {

bool AppendSpecial(double v, std::string* out) {
  if (std::isfinite(v)) return false;
  out->append(std::isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf");
  return true;
}

// With zeros in front.
void WriteDigits(uint64_t n, char out[DecimalDigits::kMost]) {
  constexpr uint64_t kEight = 100'000'000;
  const uint64_t high = n / kEight;
  out[0] = static_cast<char>('0' + high / kEight);
  for (const auto& [eight, to] : {std::pair{high % kEight, out + 1}, {n % kEight, out + 9}}) {
    const uint64_t digits = EightDigits(static_cast<uint32_t>(eight));
    std::memcpy(to, &digits, sizeof digits);
  }
}

}  // namespace

DecimalDigits ShortestDigits(double v) {
  constexpr size_t kMost = DecimalDigits::kMost;
  const ShortDecimal decimal = ShortestDecimal(std::fabs(v));
  char text[kMost];
  WriteDigits(decimal.digits, text);
  size_t first = 0;
  while (first + 1 < kMost && text[first] == '0') ++first;
  size_t end = kMost;
  while (end > first + 1 && text[end - 1] == '0') --end;
  DecimalDigits d;
  d.negative = std::signbit(v);
  d.count = end - first;
  std::memcpy(d.digits, text + first, d.count);
  d.exponent = decimal.digits == 0 ? 0 : decimal.exponent + static_cast<int>(kMost - 1 - first);
  return d;
}

void AppendFixed(const DecimalDigits& d, std::string* out) {
  if (d.negative) out->push_back('-');
  if (d.exponent < 0) {
    out->append("0.");
    out->append(static_cast<size_t>(-d.exponent - 1), '0');
    out->append(d.digits, d.count);
    return;
  }
  const size_t whole = static_cast<size_t>(d.exponent) + 1;
  if (whole >= d.count) {
    out->append(d.digits, d.count);
    out->append(whole - d.count, '0');
    return;
  }
  out->append(d.digits, whole);
  out->push_back('.');
  out->append(d.digits + whole, d.count - whole);
}

void AppendScientific(const DecimalDigits& d, int min_exponent_digits, std::string* out) {
  if (d.negative) out->push_back('-');
  out->push_back(d.digits[0]);
  if (d.count > 1) {
    out->push_back('.');
    out->append(d.digits + 1, d.count - 1);
  }
  out->append(d.exponent < 0 ? "e-" : "e+");
  const std::string exponent = std::to_string(std::abs(d.exponent));
  if (static_cast<int>(exponent.size()) < min_exponent_digits) out->push_back('0');
  out->append(exponent);
}

void AppendFloatG(double v, std::string* out) {
  if (AppendSpecial(v, out)) return;
  const DecimalDigits d = ShortestDigits(v);
  if (d.exponent < -4 || d.exponent > 5) return AppendScientific(d, 2, out);
  AppendFixed(d, out);
}

void AppendFloatF(double v, std::string* out) {
  if (AppendSpecial(v, out)) return;
  AppendFixed(ShortestDigits(v), out);
}

void AppendSeconds(int64_t ms, std::string* out) {
  char text[32];
  char* at = text;
  uint64_t magnitude = static_cast<uint64_t>(ms);
  if (ms < 0) {
    *at++ = '-';
    magnitude = -magnitude;
  }
  at = std::to_chars(at, text + sizeof text, magnitude / 1000).ptr;
  const uint64_t rest = magnitude % 1000;
  if (rest != 0) {
    *at++ = '.';
    *at++ = static_cast<char>('0' + rest / 100);
    *at++ = static_cast<char>('0' + rest / 10 % 10);
    *at++ = static_cast<char>('0' + rest % 10);
    while (at[-1] == '0') --at;
  }
  out->append(text, at);
}

}  // namespace vedette::base
