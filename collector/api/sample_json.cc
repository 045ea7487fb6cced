#include "collector/api/sample_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "base/json_writer.h"
#include "base/number_text.h"
#include "collector/promql/histogram_buckets.h"

namespace vedette::api {
namespace {

// Where std::to_chars' fixed form is the shortest text: beyond, it shows every digit of the binary
// value and Go fills up with zeros.
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
  const auto thousandths = static_cast<int64_t>(std::round(scaled));
  if (static_cast<double>(thousandths) / 1000 != value) return nullptr;
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

// Null: not one of the values that std::to_chars writes as Go does.
char* WritePlain(double value, double magnitude, char* out) {
  if (!(magnitude >= kSmallest && magnitude < kExactBelow)) return nullptr;
  if (char* const end = WriteThousandths(value, out)) return end;
  const auto whole = static_cast<int64_t>(value);
  if (static_cast<double>(whole) == value) return WriteWhole(whole, out);
  return std::to_chars(out, out + kMaxValueBytes, value, std::chars_format::fixed).ptr;
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
