#include "base/distribution.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>

#include "base/strings.h"

namespace vedette::base {
namespace {

constexpr size_t kKept = 1000;
constexpr std::string_view kQuantile = "quantile";

struct Rank {
  double rank;
  const char* text;
};
constexpr std::array<Rank, 5> kRanks = {
    {{0.01, "0.01"}, {0.05, "0.05"}, {0.5, "0.5"}, {0.9, "0.9"}, {0.99, "0.99"}}};

// Takes the quantile out of `labels`; empty where there is none.
std::string TakeQuantile(Telemetry::LabelPairs* labels) {
  const auto at = std::find_if(labels->begin(), labels->end(),
                               [](const auto& label) { return label.first == kQuantile; });
  if (at == labels->end()) return "";
  std::string quantile = std::move(at->second);
  labels->erase(at);
  return quantile;
}

bool IsSummary(const Telemetry::Family& family) {
  if (family.points.empty()) return false;
  Telemetry::LabelPairs labels = family.points.front().labels;
  return !TakeQuantile(&labels).empty();
}

using PointsByLabels = std::map<Telemetry::LabelPairs, SummaryFamily::Point>;

SummaryFamily FamilyOf(const Telemetry::Family& quantiles, const Telemetry::Family* sums,
                       const Telemetry::Family* counts) {
  PointsByLabels points;
  for (const Telemetry::Point& point : quantiles.points) {
    Telemetry::LabelPairs labels = point.labels;
    std::string quantile = TakeQuantile(&labels);
    points[labels].quantiles.emplace_back(std::move(quantile), point.value);
  }
  for (const Telemetry::Point& point : sums->points) points[point.labels].sum = point.value;
  for (const Telemetry::Point& point : counts->points) points[point.labels].count = point.value;
  SummaryFamily out{quantiles.name, quantiles.help, {}};
  for (auto& [labels, point] : points) {
    point.labels = labels;
    out.points.push_back(std::move(point));
  }
  return out;
}

}  // namespace

std::shared_ptr<Distribution> Distribution::Register(Telemetry* telemetry, const std::string& name,
                                                     const std::string& help,
                                                     const Telemetry::LabelPairs& labels) {
  const auto made = std::make_shared<Distribution>();
  for (const Rank& rank : kRanks) {
    Telemetry::LabelPairs of_rank = labels;
    of_rank.emplace_back(kQuantile, rank.text);
    telemetry->NewCallback(name, help, MetricType::kGauge, of_rank,
                           [made, value = rank.rank] { return made->Quantile(value); });
  }
  telemetry->NewCallback(name + "_sum", help, MetricType::kCounter, labels,
                         [made] { return made->Sum(); });
  telemetry->NewCallback(name + "_count", help, MetricType::kCounter, labels,
                         [made] { return static_cast<double>(made->Count()); });
  return made;
}

void Distribution::Observe(double value) {
  MutexLock lock(mutex_);
  sum_ += value;
  ++count_;
  if (last_.size() < kKept) {
    last_.push_back(value);
    return;
  }
  last_[next_] = value;
  next_ = (next_ + 1) % kKept;
}

double Distribution::Sum() const {
  MutexLock lock(mutex_);
  return sum_;
}

uint64_t Distribution::Count() const {
  MutexLock lock(mutex_);
  return count_;
}

double Distribution::Quantile(double rank) const {
  std::vector<double> values;
  {
    MutexLock lock(mutex_);
    values = last_;
  }
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = std::ceil(rank * static_cast<double>(values.size()));
  const size_t index = place < 1 ? 0 : std::min(values.size(), static_cast<size_t>(place)) - 1;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::vector<SummaryFamily> TakeSummaries(std::vector<Telemetry::Family>* collected) {
  std::map<std::string, const Telemetry::Family*> by_name;
  for (const Telemetry::Family& family : *collected) by_name[family.name] = &family;
  std::vector<SummaryFamily> summaries;
  std::vector<std::string> taken;
  for (const auto& [name, family] : by_name) {
    const auto sums = by_name.find(name + "_sum");
    const auto counts = by_name.find(name + "_count");
    if (!IsSummary(*family) || sums == by_name.end() || counts == by_name.end()) continue;
    summaries.push_back(FamilyOf(*family, sums->second, counts->second));
    taken.insert(taken.end(), {name, sums->first, counts->first});
  }
  std::erase_if(*collected, [&taken](const Telemetry::Family& family) {
    return std::find(taken.begin(), taken.end(), family.name) != taken.end();
  });
  return summaries;
}

}  // namespace vedette::base
