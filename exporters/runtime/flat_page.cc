#include "exporters/runtime/flat_page.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

namespace vedette::exporters {
namespace {

using model::exposition::FamilyType;

FamilyType TypeOf(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return FamilyType::kCounter;
    case prometheus::MetricType::Gauge:
      return FamilyType::kGauge;
    default:
      return FamilyType::kUnknown;
  }
}

}  // namespace

FlatPage::FlatPage(FamilySink* sink) : sink_(*sink) {
  sink->SortLabels();
  constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  const auto families = sink_.families();
  std::vector<uint32_t> counts(families.size());
  for (const FamilySink::Point& point : sink_.points()) ++counts[point.family];
  std::vector<uint32_t> group_of(families.size(), kNone);
  std::vector<uint32_t> sizes;
  for (const uint32_t family : FamiliesByName()) {
    if (counts[family] == 0) continue;
    if (groups_.empty() || NameOf(groups_.back().family) != NameOf(family)) {
      groups_.push_back({.family = family, .begin = {}, .end = {}});
      sizes.push_back(0);
    } else if (families[groups_.back().family].type != families[family].type) {
      continue;  // what came first stands
    }
    group_of[family] = static_cast<uint32_t>(groups_.size() - 1);
    sizes.back() += counts[family];
  }
  points_.resize(sink_.points().size());
  auto at = points_.begin();
  for (size_t i = 0; i < groups_.size(); ++i) {
    groups_[i].begin = groups_[i].end = at;
    at += sizes[i];
  }
  for (const FamilySink::Point& point : sink_.points()) {
    if (group_of[point.family] != kNone) *groups_[group_of[point.family]].end++ = &point;
  }
}

std::vector<uint32_t> FlatPage::FamiliesByName() const {
  std::vector<uint32_t> order(sink_.families().size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [this](uint32_t a, uint32_t b) { return NameOf(a) < NameOf(b); });
  return order;
}

bool FlatPage::ValuesBefore(const FamilySink::Point& a, const FamilySink::Point& b) const {
  const auto x = sink_.LabelsOf(a);
  const auto y = sink_.LabelsOf(b);
  for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    const int order = sink_.TextOf(x[i].value).compare(sink_.TextOf(y[i].value));
    if (order != 0) return order < 0;
  }
  return x.size() < y.size();
}

bool FlatPage::IsSameSeries(const FamilySink::Point& a, const FamilySink::Point& b) const {
  const auto x = sink_.LabelsOf(a);
  const auto y = sink_.LabelsOf(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [this](const FamilySink::Label& p, const FamilySink::Label& q) {
                      return sink_.TextOf(p.value) == sink_.TextOf(q.value) &&
                             sink_.TextOf(p.name) == sink_.TextOf(q.name);
                    });
}

void FlatPage::Sort(Group* group) const {
  const auto before = [this](const auto* a, const auto* b) { return ValuesBefore(*a, *b); };
  const auto same = [this](const auto* a, const auto* b) { return IsSameSeries(*a, *b); };
  if (!std::is_sorted(group->begin, group->end, before)) {
    std::stable_sort(group->begin, group->end, before);
  }
  group->end = std::unique(group->begin, group->end, same);
}

void FlatPage::WriteNext(const model::exposition::PageFormat& format, std::string* page) {
  Group& group = groups_[next_++];
  Sort(&group);
  const FamilySink::Family& family = sink_.families()[group.family];
  model::exposition::FamilyWriter writer(
      {sink_.TextOf(family.name), sink_.TextOf(family.help), TypeOf(family.type), ""}, format,
      page);
  for (auto it = group.begin; it != group.end; ++it) {
    const FamilySink::Point& point = **it;
    labels_.clear();
    for (const FamilySink::Label& label : sink_.LabelsOf(point)) {
      labels_.push_back({sink_.TextOf(label.name), sink_.TextOf(label.value)});
    }
    const auto time =
        point.timestamp_ms == 0 ? std::nullopt : std::optional<int64_t>(point.timestamp_ms);
    writer.AddPoint("", labels_, point.value, time);
  }
}

}  // namespace vedette::exporters
