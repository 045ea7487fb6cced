#include "collector/api/sample_json.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

#include "base/eight_digits.h"
#include "base/json_writer.h"
#include "base/number_text.h"
#include "base/shortest_decimal.h"
#include "collector/promql/histogram_buckets.h"

namespace vedette::api {
namespace {

// Whatever is below as an integer has fewer digits than a double.
constexpr double kExactBelow = 1e15;
constexpr double kSmallest = 1e-6;
constexpr double kLargest = 1e21;

char* WriteWhole(int64_t value, char* out) {
  return std::to_chars(out, out + kMaxValueBytes, value).ptr;
}

// Values of up to three decimals, as most have that are not computed; null for others. Decimals of
// up to 15 digits never share a double, so that what gives the value back is its shortest text.
char* WriteThousandths(double value, char* out) {
  const double scaled = value * 1000;
  if (!(std::abs(scaled) < kExactBelow)) return nullptr;
  const auto thousandths = static_cast<int64_t>(scaled + std::copysign(0.5, scaled));
  const auto rounded = static_cast<double>(thousandths);
  // Most are told by less than a division.
  if (std::abs(rounded - scaled) > std::abs(scaled) * 1e-15) return nullptr;
  if (rounded / 1000 != value) return nullptr;
  if (thousandths < 0) *out++ = '-';
  const auto magnitude = thousandths < 0 ? -thousandths : thousandths;
  out = WriteWhole(magnitude / 1000, out);
  const auto decimals = static_cast<int>(magnitude % 1000);
  if (decimals == 0) return out;
  const char digits[] = {'.', static_cast<char>('0' + decimals / 100),
                         static_cast<char>('0' + decimals / 10 % 10),
                         static_cast<char>('0' + decimals % 10)};
  out = std::copy(std::begin(digits), std::end(digits), out);
  while (out[-1] == '0') --out;
  return out;
}

// Sixteen characters, the first in the lowest byte.
__extension__ using Sixteen = unsigned __int128;

constexpr uint64_t kTenToThe8 = 100'000'000;
constexpr uint64_t kTenToThe15 = kTenToThe8 * 10'000'000;
constexpr uint64_t kTenToThe16 = kTenToThe15 * 10;

Sixteen SixteenDigits(uint64_t n) {
  return Sixteen{base::EightDigits(static_cast<uint32_t>(n % kTenToThe8))} << 64 |
         base::EightDigits(static_cast<uint32_t>(n / kTenToThe8));
}

size_t ZerosAtTheEnd(Sixteen text) {
  constexpr uint64_t kZeros = 0x30303030'30303030;
  const uint64_t last = static_cast<uint64_t>(text >> 64) ^ kZeros;
  if (last != 0) return static_cast<size_t>(std::countl_zero(last)) / 8;
  return 8 + static_cast<size_t>(std::countl_zero(static_cast<uint64_t>(text) ^ kZeros)) / 8;
}

char* Store(Sixteen text, char* out) {
  std::memcpy(out, &text, sizeof text);
  return out + sizeof text;
}

// The shortest digits of a value of at least kSmallest and below kExactBelow that is no integer.
// They stay in registers until they are written where they belong.
char* WriteDigits(double value, char* out) {
  if (value < 0) *out++ = '-';
  auto [digits, exponent] = base::ShortestDecimal(std::abs(value));
  for (; digits < kTenToThe15; --exponent) digits *= 10;
  const auto seventeenth = static_cast<int>(digits / kTenToThe16);  // the first one; mostly none
  const Sixteen text = SixteenDigits(digits % kTenToThe16);
  const int whole = exponent + 16;  // of `text`, in front of the point
  const int before = whole + (seventeenth != 0 ? 1 : 0);
  if (before <= 0) {
    std::memcpy(out, "0.000000", 8);
    out += 2 - before;
  }
  if (seventeenth != 0) *out++ = static_cast<char>('0' + seventeenth);
  char* const end = Store(text, out) - ZerosAtTheEnd(text);
  if (before <= 0) return end;
  out[whole] = '.';
  Store(text >> (8 * whole), out + whole + 1);
  return end + 1;
}

// Null where the value is too small or too large.
char* WritePlain(double value, double magnitude, char* out) {
  if (!(magnitude >= kSmallest && magnitude < kExactBelow)) return nullptr;
  if (char* const end = WriteThousandths(value, out)) return end;
  const auto whole = static_cast<int64_t>(value);
  if (static_cast<double>(whole) == value) return WriteWhole(whole, out);
  return WriteDigits(value, out);
}

void AppendQuoted(double value, std::string* out) {
  out->push_back('"');
  AppendSampleValue(value, out);
  out->push_back('"');
}

char BoundsKind(const promql::BoundedBucket& bucket) {
  if (bucket.lower_inclusive) return bucket.upper_inclusive ? '3' : '1';
  return bucket.upper_inclusive ? '0' : '2';
}

void AppendBucket(const promql::BoundedBucket& bucket, std::string* out) {
  out->push_back('[');
  out->push_back(BoundsKind(bucket));
  for (const double number : {bucket.lower, bucket.upper, bucket.count}) {
    out->push_back(',');
    AppendQuoted(number, out);
  }
  out->push_back(']');
}

}  // namespace

char* WriteSampleValue(double value, char* out) {
  const double magnitude = std::abs(value);
  if (value == 0 && !std::signbit(value)) return WriteWhole(0, out);
  if (char* const end = WritePlain(value, magnitude, out)) return end;
  std::string text;
  if (magnitude != 0 && (magnitude < kSmallest || magnitude >= kLargest)) {
    base::AppendFloatG(value, &text);
  } else {
    base::AppendFloatF(value, &text);
  }
  return std::copy(text.begin(), text.end(), out);
}

void AppendSampleValue(double value, std::string* out) {
  char text[kMaxValueBytes];
  out->append(text, WriteSampleValue(value, text));
}

char* WritePointTime(int64_t timestamp_ms, char* out) {
  std::string seconds;
  base::AppendSeconds(timestamp_ms, &seconds);
  out = std::copy(seconds.begin(), seconds.end(), out);
  const int64_t ms = timestamp_ms % 1000;
  if (ms == 0) return out;
  if (ms % 10 == 0) *out++ = '0';
  if (ms % 100 == 0) *out++ = '0';
  return out;
}

void AppendPoint(int64_t timestamp_ms, double value, std::string* out) {
  char text[kMaxTimeBytes];
  out->push_back('[');
  out->append(text, WritePointTime(timestamp_ms, text));
  out->push_back(',');
  AppendQuoted(value, out);
  out->push_back(']');
}

void AppendHistogramPoint(int64_t timestamp_ms, const model::Histogram& histogram,
                          std::string* out) {
  char time[kMaxTimeBytes];
  out->push_back('[');
  out->append(time, WritePointTime(timestamp_ms, time));
  out->append(",{\"count\":");
  AppendQuoted(histogram.count_float, out);
  out->append(",\"sum\":");
  AppendQuoted(histogram.sum, out);
  bool any = false;
  for (const promql::BoundedBucket& bucket : promql::AllBuckets(histogram)) {
    if (bucket.count == 0) continue;
    out->append(any ? "," : ",\"buckets\":[");
    any = true;
    AppendBucket(bucket, out);
  }
  if (any) out->push_back(']');
  out->append("}]");
}

void AppendLabels(const model::Labels& labels, std::string* out) {
  char separator = '{';
  for (const model::LabelView& label : labels) {
    out->push_back(separator);
    separator = ',';
    base::AppendJsonString(label.name, out);
    out->push_back(':');
    base::AppendJsonString(label.value, out);
  }
  if (separator == '{') out->push_back('{');
  out->push_back('}');
}

}  // namespace vedette::api
