#include "collector/api/sample_json.h"

#include <charconv>
#include <cmath>

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

// False: not one of the values that std::to_chars writes as Go does.
bool AppendPlain(double value, double magnitude, std::string* out) {
  if (!(magnitude >= kSmallest && magnitude < kExactBelow)) return false;
  char text[32];
  std::to_chars_result end{};
  const auto whole = static_cast<int64_t>(value);
  if (static_cast<double>(whole) == value) {
    end = std::to_chars(text, text + sizeof text, whole);
  } else {
    end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  }
  if (end.ec != std::errc()) return false;
  out->append(text, end.ptr);
  return true;
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

void AppendSampleValue(double value, std::string* out) {
  if (value == 0 && !std::signbit(value)) return out->push_back('0');
  const double magnitude = std::abs(value);
  if (AppendPlain(value, magnitude, out)) return;
  if (magnitude != 0 && (magnitude < kSmallest || magnitude >= kLargest)) {
    base::AppendFloatG(value, out);
  } else {
    base::AppendFloatF(value, out);
  }
}

void AppendPointTime(int64_t timestamp_ms, std::string* out) {
  base::AppendSeconds(timestamp_ms, out);
  const int64_t ms = timestamp_ms % 1000;
  if (ms == 0) return;
  if (ms % 10 == 0) out->push_back('0');
  if (ms % 100 == 0) out->push_back('0');
}

void AppendPoint(int64_t timestamp_ms, double value, std::string* out) {
  out->push_back('[');
  AppendPointTime(timestamp_ms, out);
  out->push_back(',');
  AppendQuoted(value, out);
  out->push_back(']');
}

void AppendHistogramPoint(int64_t timestamp_ms, const model::Histogram& histogram,
                          std::string* out) {
  out->push_back('[');
  AppendPointTime(timestamp_ms, out);
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
