#include "app/rule_test_compare.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "base/strings.h"
#include "collector/promql/histogram_text.h"
#include "collector/promql/series_description.h"

namespace vedette::app {
namespace {

// As Go's 'E' format: 1E+00, 2.9999999999999987E+00.
std::string ScientificText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char digits[40];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific);
  std::string out(digits, end.ptr);
  std::replace(out.begin(), out.end(), 'e', 'E');
  return out;
}

// "[\n0:\n  Labels:{...}\n  Annotations:{...}\n]", each further line indented.
std::string ListText(const std::vector<AlertText>& alerts) {
  if (alerts.empty()) return "[]";
  const std::string indent(12, ' ');
  std::string out = "[";
  for (size_t i = 0; i < alerts.size(); ++i) {
    out += (i == 0 ? "\n" : ",\n") + indent + std::to_string(i) + ":\n" + indent +
           "  Labels:" + alerts[i].labels.ToString() + "\n" + indent +
           "  Annotations:" + alerts[i].annotations.ToString();
  }
  return out + "\n" + indent + "]";
}

std::string LineText(const AlertText& alert) {
  return "Labels:" + alert.labels.ToString() + " Annotations:" + alert.annotations.ToString();
}

// Lines that one side has alone; both sides sorted.
std::string DiffText(const std::vector<std::string>& expected, const std::vector<std::string>& got,
                     bool color) {
  std::string out = "\n        diff (- expected, + got):";
  const auto add = [&](char sign, const std::string& line) {
    const std::string text = base::Concat({std::string_view(&sign, 1), " ", line});
    out += "\n          ";
    out +=
        color ? base::Concat({sign == '-' ? "\033[0;31m" : "\033[0;32m", text, "\033[0m"}) : text;
  };
  std::vector<std::string> left = got;
  for (const std::string& line : expected) {
    const auto same = std::find(left.begin(), left.end(), line);
    if (same == left.end()) {
      add('-', line);
    } else {
      left.erase(same);
    }
  }
  for (const std::string& line : left) add('+', line);
  return out;
}

bool SameValue(double a, double b, bool fuzzy) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  constexpr double kInf = std::numeric_limits<double>::infinity();
  return fuzzy && (std::nextafter(a, kInf) == b || std::nextafter(a, -kInf) == b);
}

bool SameSample(const SampleText& a, const SampleText& b, bool fuzzy) {
  if (a.labels != b.labels || a.histogram != b.histogram) return false;
  return !a.histogram.empty() || SameValue(a.value, b.value, fuzzy);
}

std::string JoinSamples(const std::vector<SampleText>& samples) {
  if (samples.empty()) return "nil";
  std::vector<std::string> parts;
  for (const SampleText& sample : samples) parts.push_back(sample.ToString());
  return base::Join(parts, ", ");
}

void Sort(std::vector<SampleText>* samples) {
  std::stable_sort(samples->begin(), samples->end(),
                   [](const SampleText& a, const SampleText& b) { return a.labels < b.labels; });
}

}  // namespace

std::string CompareAlerts(std::vector<AlertText> expected, std::vector<AlertText> got,
                          const CompareStyle& style) {
  std::sort(expected.begin(), expected.end());
  std::sort(got.begin(), got.end());
  if (expected == got) return {};
  if (!style.diff) {
    return "\n        exp:" + ListText(expected) + ", \n        got:" + ListText(got);
  }
  std::vector<std::string> wanted;
  std::vector<std::string> came;
  for (const AlertText& alert : expected) wanted.push_back(LineText(alert));
  for (const AlertText& alert : got) came.push_back(LineText(alert));
  return DiffText(wanted, came, style.color);
}

std::string SampleText::ToString() const {
  return labels.ToString() + " " + (histogram.empty() ? ScientificText(value) : histogram);
}

base::StatusOr<std::vector<SampleText>> ExpectedSamples(const std::vector<TestSample>& samples) {
  std::vector<SampleText> out;
  for (const TestSample& sample : samples) {
    SampleText text;
    auto labels = promql::ParseMetric(sample.labels);
    if (!labels.ok()) {
      return base::Annotate(labels.status(), "labels " + base::GoQuote(sample.labels));
    }
    text.labels = *std::move(labels);
    text.value = sample.value;
    if (!sample.histogram.empty()) {
      const auto series = promql::ParseSeriesDescription("{} " + sample.histogram);
      if (!series.ok()) {
        return base::Annotate(series.status(), "histogram " + base::GoQuote(sample.histogram));
      }
      if (series->items.size() != 1 || series->items[0].histogram == nullptr) {
        return base::InvalidArgument("expected histogram, got " + base::GoQuote(sample.histogram));
      }
      text.histogram = promql::HistogramText(*series->items[0].histogram);
    }
    out.push_back(std::move(text));
  }
  return out;
}

base::StatusOr<std::vector<SampleText>> GotSamples(const promql::Value& value) {
  std::vector<SampleText> out;
  if (value.type == promql::ValueType::kScalar) {
    out.push_back({model::Labels(), value.scalar, {}});
    return out;
  }
  if (value.type != promql::ValueType::kVector) {
    return base::InvalidArgument("rule result is not a vector or scalar");
  }
  for (const promql::VectorSample& sample : value.vector) {
    SampleText text{sample.labels, sample.value, {}};
    if (sample.histogram != nullptr) text.histogram = promql::HistogramText(*sample.histogram);
    out.push_back(std::move(text));
  }
  return out;
}

std::string CompareSamples(std::vector<SampleText> expected, std::vector<SampleText> got,
                           bool fuzzy, const CompareStyle& style) {
  Sort(&expected);
  Sort(&got);
  const auto same = [fuzzy](const SampleText& a, const SampleText& b) {
    return SameSample(a, b, fuzzy);
  };
  if (std::equal(expected.begin(), expected.end(), got.begin(), got.end(), same)) return {};
  if (!style.diff) {
    return "\n        exp: " + JoinSamples(expected) + "\n        got: " + JoinSamples(got);
  }
  std::vector<std::string> wanted;
  std::vector<std::string> came;
  for (const SampleText& sample : expected) wanted.push_back(sample.ToString());
  for (const SampleText& sample : got) came.push_back(sample.ToString());
  return DiffText(wanted, came, style.color);
}

}  // namespace vedette::app
