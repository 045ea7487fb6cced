#include "tests/conformance/custom_buckets.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "base/strings.h"
#include "collector/promql/histogram_math.h"

namespace vedette::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// A classic histogram at one time.
struct Classic {
  std::map<double, double> buckets;  // cumulative, by upper bound
  std::optional<double> count;
  double sum = 0;

  std::shared_ptr<const model::Histogram> Convert() {
    if (!count && !buckets.empty()) count = buckets.rbegin()->second;
    buckets.try_emplace(kInf, count.value_or(0));
    model::Histogram out;
    out.is_float = true;
    out.schema = model::Histogram::kCustomSchema;
    out.count_float = count.value_or(0);
    out.sum = sum;
    double before = 0;
    for (const auto& [bound, cumulative] : buckets) {
      if (bound != kInf) out.custom_bounds.push_back(bound);
      out.positive.counts.push_back(cumulative - before);
      before = cumulative;
    }
    out.positive.spans = {{0, static_cast<uint32_t>(out.positive.counts.size())}};
    promql::Compact(&out);
    return std::make_shared<const model::Histogram>(std::move(out));
  }
};

enum class Part { kNone, kBucket, kCount, kSum };

Part PartOf(std::string_view* name) {
  for (const auto& [suffix, part] : {std::pair{std::string_view("_bucket"), Part::kBucket},
                                     {"_count", Part::kCount},
                                     {"_sum", Part::kSum}}) {
    if (!base::EndsWith(*name, suffix)) continue;
    name->remove_suffix(suffix.size());
    return part;
  }
  return Part::kNone;
}

void Set(Part part, double bound, double value, Classic* classic) {
  if (part == Part::kBucket) classic->buckets.try_emplace(bound, value);
  if (part == Part::kCount) classic->count = value;
  if (part == Part::kSum) classic->sum = value;
}

}  // namespace

std::vector<SeriesText> ToCustomBuckets(const std::vector<SeriesText>& classic) {
  std::map<model::Labels, std::map<size_t, Classic>> histograms;  // by step
  for (const SeriesText& series : classic) {
    std::string_view name = series.labels.MetricName();
    const Part part = PartOf(&name);
    const auto bound = base::ParseDouble(series.labels.Get("le"));
    if (part == Part::kNone || (part == Part::kBucket && (!bound || std::isnan(*bound)))) continue;
    auto& steps = histograms
        [model::LabelsBuilder(series.labels).Set(model::kMetricName, name).Delete("le").Build()];
    for (size_t i = 0; i < series.items.size(); ++i) {
      if (series.items[i].present) Set(part, bound.value_or(0), series.items[i].value, &steps[i]);
    }
  }
  std::vector<SeriesText> out;
  for (auto& [labels, steps] : histograms) {
    SeriesText series;
    series.labels = labels;
    for (auto& [step, histogram] : steps) {
      series.items.resize(step + 1);
      series.items[step] = {true, 0, histogram.Convert()};
    }
    out.push_back(std::move(series));
  }
  return out;
}

}  // namespace vedette::test
