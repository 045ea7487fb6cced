#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/histogram_math.h"
#include "collector/promql/histogram_text.h"
#include "tests/conformance/runner.h"

// What a script expects against what a query answered.

namespace vedette::test {
namespace {

bool Near(double a, double b) {
  constexpr double kTolerance = 1e-6;
  if (model::IsStaleNan(a) || model::IsStaleNan(b)) {
    return model::IsStaleNan(a) && model::IsStaleNan(b);
  }
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  constexpr double kMinNormal = std::numeric_limits<double>::min();
  const double sum = std::abs(a) + std::abs(b);
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0 || sum < kMinNormal) return difference < kTolerance * kMinNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kTolerance;
}

std::string Number(double v) {
  std::string out;
  base::AppendFloatG(v, &out);
  return out;
}

std::string CheckTexts(std::string_view what, const std::vector<TextExpectation>& expected,
                       bool none, const std::vector<std::string>& found) {
  if (none && !found.empty()) return base::Concat({"unexpected ", what, ": ", found[0]});
  if (expected.empty()) return {};
  for (const TextExpectation& e : expected) {
    const bool any = std::any_of(found.begin(), found.end(),
                                 [&](const std::string& text) { return e.Matches(text); });
    if (!any) return base::Concat({"missing ", what, " ", e.text});
  }
  for (const std::string& text : found) {
    const bool any = std::any_of(expected.begin(), expected.end(),
                                 [&](const TextExpectation& e) { return e.Matches(text); });
    if (!any) return base::Concat({"unexpected ", what, ": ", text});
  }
  return {};
}

std::string CheckFailure(const EvalCommand& eval, const promql::Result& result) {
  if (result.ok()) return "expected to fail";
  if (eval.fail_text.Matches(result.error)) return {};
  return base::Concat(
      {"failed with \"", result.error, "\", expected \"", eval.fail_text.text, "\""});
}

// A value of either kind.
struct Point {
  double value = 0;
  std::shared_ptr<const model::Histogram> histogram = nullptr;
};

std::string Shown(const Point& point) {
  return point.histogram ? promql::HistogramText(*point.histogram) : Number(point.value);
}

bool NearBuckets(const model::HistogramBuckets& a, const model::HistogramBuckets& b) {
  if (a.spans != b.spans || a.counts.size() != b.counts.size()) return false;
  for (size_t i = 0; i < a.counts.size(); ++i) {
    if (!Near(a.counts[i], b.counts[i])) return false;
  }
  return true;
}

bool NearHistograms(model::Histogram a, model::Histogram b, bool with_hint) {
  promql::Compact(&a);
  promql::Compact(&b);
  return (!with_hint || a.reset == b.reset) && a.schema == b.schema &&
         a.zero_threshold == b.zero_threshold && a.custom_bounds == b.custom_bounds &&
         Near(a.count_float, b.count_float) && Near(a.sum, b.sum) &&
         Near(a.zero_count_float, b.zero_count_float) && NearBuckets(a.positive, b.positive) &&
         NearBuckets(a.negative, b.negative);
}

bool Matches(const SeriesText::Item& expected, const Point& found) {
  if ((expected.histogram == nullptr) != (found.histogram == nullptr)) return false;
  if (found.histogram == nullptr) return Near(expected.value, found.value);
  return NearHistograms(*expected.histogram, *found.histogram, expected.names_hint);
}

std::string Differs(const std::string& where, const Point& found,
                    const SeriesText::Item* expected) {
  return base::Concat(
      {where, " is ", Shown(found), ", expected ",
       expected == nullptr ? "nothing" : Shown({expected->value, expected->histogram})});
}

std::string CheckVector(const EvalCommand& eval, const std::vector<promql::VectorSample>& found) {
  std::map<std::string, std::pair<size_t, SeriesText::Item>> expected;
  for (size_t i = 0; i < eval.series.size(); ++i) {
    if (eval.series[i].items.empty()) return "expected series without value";
    expected[eval.series[i].labels.bytes()] = {i, eval.series[i].items[0]};
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < found.size(); ++i) {
    const Point point{found[i].value, found[i].histogram};
    const std::string shown = found[i].labels.ToString();
    const auto at = expected.find(found[i].labels.bytes());
    if (at == expected.end()) return base::Concat({"unexpected ", shown, " ", Shown(point)});
    if (!seen.insert(at->first).second) return "twice " + shown;
    if (eval.ordered && at->second.first != i) return "out of order " + shown;
    if (!Matches(at->second.second, point)) return Differs(shown, point, &at->second.second);
  }
  for (const SeriesText& series : eval.series) {
    if (!seen.contains(series.labels.bytes())) return "missing " + series.labels.ToString();
  }
  return {};
}

std::map<int64_t, Point> PointsOf(const promql::Series& series) {
  std::map<int64_t, Point> out;
  for (const model::Sample& point : series.points) out[point.timestamp_ms] = {point.value};
  for (const model::HistogramSample& h : series.histograms) out[h.time_ms] = {0, h.histogram};
  return out;
}

std::string CheckSeries(const std::map<int64_t, SeriesText::Item>& expected,
                        const promql::Series& series) {
  const std::string shown = series.labels.ToString();
  const std::map<int64_t, Point> found = PointsOf(series);
  for (const auto& [time, point] : found) {
    const std::string where = base::Concat({shown, " at ", std::to_string(time)});
    const auto want = expected.find(time);
    if (want == expected.end()) return Differs(where, point, nullptr);
    if (!Matches(want->second, point)) return Differs(where, point, &want->second);
  }
  if (expected.size() == found.size()) return {};
  return base::Concat({shown, " has ", std::to_string(found.size()), " points, expected ",
                       std::to_string(expected.size())});
}

std::string CheckMatrix(const EvalCommand& eval, int64_t start_ms, int64_t step_ms,
                        const std::vector<promql::Series>& found) {
  std::map<std::string, std::map<int64_t, SeriesText::Item>> expected;
  for (const SeriesText& series : eval.series) {
    auto& points = expected[series.labels.bytes()];
    for (size_t i = 0; i < series.items.size(); ++i) {
      if (!series.items[i].present) continue;
      points[start_ms + static_cast<int64_t>(i) * step_ms] = series.items[i];
    }
  }
  std::erase_if(expected, [](const auto& entry) { return entry.second.empty(); });
  for (const promql::Series& series : found) {
    const auto at = expected.find(series.labels.bytes());
    if (at == expected.end()) return "unexpected " + series.labels.ToString();
    std::string wrong = CheckSeries(at->second, series);
    if (!wrong.empty()) return wrong;
    expected.erase(at);
  }
  return expected.empty() ? std::string() : "a series is missing";
}

}  // namespace

std::string CheckResult(const EvalCommand& eval, const promql::Result& result) {
  if (eval.fail) return CheckFailure(eval, result);
  if (!result.ok()) return "error: " + result.error;
  std::string wrong = CheckTexts("warning", eval.warnings, eval.no_warnings, result.warnings);
  if (wrong.empty()) wrong = CheckTexts("info", eval.infos, eval.no_infos, result.infos);
  if (!wrong.empty()) return wrong;
  if (eval.string) {
    return result.value.string == *eval.string ? "" : "string is " + result.value.string;
  }
  if (eval.scalar) {
    if (result.value.type != promql::ValueType::kScalar) return "not a scalar";
    return Near(*eval.scalar, result.value.scalar) ? "" : "is " + Number(result.value.scalar);
  }
  if (eval.range) return CheckMatrix(eval, eval.start_ms, eval.step_ms, result.value.matrix);
  if (eval.range_vector) {
    return CheckMatrix(eval, eval.vector_start_ms, eval.vector_step_ms, result.value.matrix);
  }
  if (result.value.type != promql::ValueType::kVector) return "not a vector";
  return CheckVector(eval, result.value.vector);
}

}  // namespace vedette::test
