#ifndef VEDETTE_TESTS_COLLECTOR_API_CORPUS_VIEWS_H_
#define VEDETTE_TESTS_COLLECTOR_API_CORPUS_VIEWS_H_

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "collector/api/admin_view.h"
#include "collector/api/status_view.h"
#include "collector/api/views.h"
#include "collector/promql/storage.h"
#include "model/labels.h"
#include "tests/collector/api/go_values.h"

// The parts that the recorded cases of Prometheus' API tests stand on, over lists in memory: the
// series that those tests load, and what their fakes hold.

namespace vedette::test {

namespace json = boost::json;

inline constexpr int64_t kScrapedMs = 1'595'285'160'000;

inline std::string Text(const json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

inline json::value Parsed(const std::string& text) { return json::parse(text); }

inline model::Labels LabelsOf(const json::value& value) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& member : value.as_object()) {
    pairs.emplace_back(std::string(member.key()), Text(member.value()));
  }
  return model::Labels::FromPairs(std::move(pairs));
}

inline const json::value* Member(const json::value& value, const char* key) {
  return value.as_object().if_contains(key);
}

// Series of `load 1m` with 101 samples, all of them 1.
class LoadedMetrics final : public promql::Queryable, public api::MetricsView {
 public:
  explicit LoadedMetrics(std::vector<model::Labels> all) : all_(std::move(all)) {
    std::sort(all_.begin(), all_.end());
  }
  base::Status Select(const promql::SelectRequest& request, const Visit& visit) const override {
    for (const model::Labels& labels :
         Matching({request.matchers, request.min_ms, request.max_ms})) {
      model::SeriesSamples series;
      series.labels = labels;
      for (int64_t t = 0; t <= kLastMs; t += 60'000) {
        if (t < request.min_ms || t > request.max_ms) continue;
        series.timestamps_ms.push_back(t);
        series.values.push_back(1);
      }
      if (!series.empty()) VEDETTE_RETURN_IF_ERROR(visit(std::move(series)));
    }
    return base::Status();
  }
  base::StatusOr<std::vector<std::string>> LabelNames(
      const api::SeriesFilter& filter) const override {
    VEDETTE_RETURN_IF_ERROR(error_);
    std::vector<std::string> names;
    for (const model::Labels& labels : Matching(filter)) {
      for (const auto& label : labels) names.emplace_back(label.name);
    }
    return Cut(std::move(names), filter.limit);
  }
  base::StatusOr<std::vector<std::string>> LabelValues(
      std::string_view name, const api::SeriesFilter& filter) const override {
    VEDETTE_RETURN_IF_ERROR(error_);
    std::vector<std::string> values;
    for (const model::Labels& labels : Matching(filter)) {
      if (labels.Has(name)) values.emplace_back(labels.Get(name));
    }
    return Cut(std::move(values), filter.limit);
  }
  base::StatusOr<std::vector<model::Labels>> Series(
      const api::SeriesFilter& filter) const override {
    VEDETTE_RETURN_IF_ERROR(error_);
    return Cut(Matching(filter), filter.limit);
  }
  base::Status error_;

 private:
  static constexpr int64_t kLastMs = 6'000'000;
  std::vector<model::Labels> Matching(const api::SeriesFilter& filter) const {
    std::vector<model::Labels> found;
    if (filter.min_ms > kLastMs || filter.max_ms < 0) return found;
    for (const model::Labels& labels : all_) {
      if (model::MatchesAll(filter.matchers, labels)) found.push_back(labels);
    }
    return found;
  }
  template <typename T>
  static std::vector<T> Cut(std::vector<T> values, size_t limit) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (limit != 0 && values.size() > limit) values.resize(limit);
    return values;
  }
  std::vector<model::Labels> all_;
};

inline std::vector<model::Labels> EndpointSeries() {
  return {model::Labels{{"__name__", "test_metric1"}, {"foo", "bar"}},
          model::Labels{{"__name__", "test_metric1"}, {"foo", "boo"}},
          model::Labels{{"__name__", "test_metric2"}, {"foo", "boo"}},
          model::Labels{{"__name__", "test_metric3"}, {"dup", "1"}, {"foo", "bar"}},
          model::Labels{{"__name__", "test_metric3"}, {"dup", "1"}, {"foo", "boo"}},
          model::Labels{{"__name__", "test_metric4"}, {"dup", "1"}, {"foo", "bar"}},
          model::Labels{{"__name__", "test_metric4"}, {"dup", "1"}, {"foo", "boo"}},
          model::Labels{{"__name__", "test_metric4"}, {"foo", "boo"}}};
}

inline std::vector<model::Labels> LookupSeries() {
  return {model::Labels{{"__name__", "test_metric1"}, {"baz", "abc"}, {"foo1", "bar"}},
          model::Labels{{"__name__", "test_metric1"}, {"foo2", "boo"}},
          model::Labels{{"__name__", "test_metric2"}, {"foo", "boo"}},
          model::Labels{{"__name__", "test_metric2"}, {"foo", "boo"}, {"xyz", "qwerty"}},
          model::Labels{{"__name__", "test_metric2"}, {"abc", "qwerty"}, {"foo", "baz"}}};
}

class ListedExemplars final : public api::ExemplarsView {
 public:
  base::StatusOr<std::vector<api::ExemplarsInfo>> Exemplars(
      const std::vector<std::vector<model::Matcher>>& selectors, int64_t min_ms,
      int64_t max_ms) const override {
    VEDETTE_RETURN_IF_ERROR(error_);
    std::vector<api::ExemplarsInfo> out;
    for (const api::ExemplarsInfo& one : all_) {
      const bool asked = std::any_of(selectors.begin(), selectors.end(), [&one](const auto& m) {
        return model::MatchesAll(m, one.series);
      });
      api::ExemplarsInfo kept{one.series, {}};
      for (const model::Exemplar& exemplar : one.exemplars) {
        if (exemplar.time_ms >= min_ms && exemplar.time_ms <= max_ms) {
          kept.exemplars.push_back(exemplar);
        }
      }
      if (asked && !kept.exemplars.empty()) out.push_back(std::move(kept));
    }
    return out;
  }
  std::vector<api::ExemplarsInfo> all_;
  base::Status error_;
};

class ListedTargets final : public api::TargetsView {
 public:
  std::vector<api::PoolInfo> Pools() const override {
    std::map<std::string, uint64_t> counts;
    for (const api::TargetInfo& target : active_) counts.try_emplace(target.pool, 0);
    for (const api::DroppedTargetInfo& target : dropped_) ++counts[target.pool];
    std::vector<api::PoolInfo> pools;
    for (const auto& [name, dropped] : counts) pools.push_back({name, dropped});
    return pools;
  }
  std::optional<std::vector<model::Relabeler>> RelabelRules(std::string_view) const override {
    return std::nullopt;
  }
  std::vector<api::TargetInfo> Active() const override { return active_; }
  std::vector<api::DroppedTargetInfo> Dropped() const override { return dropped_; }
  std::vector<api::MetadataInfo> Metadata() const override { return metadata_; }

  // From what is expected of the unfiltered list.
  void Take(const json::value& response) {
    for (const json::value& value : response.at("ActiveTargets").as_array()) {
      api::TargetInfo target;
      target.pool = Text(value.at("ScrapePool"));
      target.labels = LabelsOf(GoToJson(value.at("Labels"), 0));
      target.discovered = LabelsOf(GoToJson(value.at("DiscoveredLabels"), 0));
      target.url = Text(value.at("ScrapeURL"));
      target.health = Text(value.at("Health"));
      target.last_error = Text(value.at("LastError"));
      target.last_scrape_ms = kScrapedMs;
      target.last_duration_seconds = value.at("LastScrapeDuration").as_double();
      target.interval_ms = *base::ParseDurationMs(Text(value.at("ScrapeInterval")));
      target.timeout_ms = *base::ParseDurationMs(Text(value.at("ScrapeTimeout")));
      active_.push_back(std::move(target));
    }
    for (const json::value& value : response.at("DroppedTargets").as_array()) {
      dropped_.push_back(
          {Text(value.at("ScrapePool")), LabelsOf(GoToJson(value.at("DiscoveredLabels"), 0))});
    }
  }
  void TakeMetadata(const json::value* lists) {
    metadata_.clear();
    if (lists == nullptr) return;
    for (const json::value& list : lists->as_array()) {
      const model::Labels target{{"job", Text(list.at("identifier"))}};
      for (const json::value& one : list.at("metadata").as_array()) {
        metadata_.push_back({Text(one.at("MetricFamily")),
                             {Text(one.at("Type")), Text(one.at("Help")), Text(one.at("Unit"))},
                             target});
      }
    }
  }

 private:
  std::vector<api::TargetInfo> active_;
  std::vector<api::DroppedTargetInfo> dropped_;
  std::vector<api::MetadataInfo> metadata_;
};

class ListedRules final : public api::RulesView {
 public:
  std::vector<api::RuleGroupInfo> Groups() const override { return groups_; }
  // From what is expected of the unfiltered list.
  void Take(const json::value& response) {
    for (const json::value& group : response.at("RuleGroups").as_array()) {
      api::RuleGroupInfo info;
      info.name = Text(group.at("Name"));
      info.file = Text(group.at("File"));
      info.interval_seconds = 1;
      for (const json::value& rule : group.at("Rules").as_array()) info.rules.push_back(Rule(rule));
      groups_.push_back(std::move(info));
    }
  }

 private:
  static api::RuleInfo Rule(const json::value& rule) {
    api::RuleInfo info;
    info.alerting = Text(rule.at("Type")) == "alerting";
    info.name = Text(rule.at("Name"));
    info.query = Text(rule.at("Query"));
    info.health = Text(rule.at("Health"));
    for (const auto& member : rule.at("Labels").as_object()) {
      info.labels.emplace_back(std::string(member.key()), Text(member.value()));
    }
    if (!info.alerting) return info;
    info.state = Text(rule.at("State"));
    info.for_seconds = rule.at("Duration").to_number<double>();
    return info;
  }
  std::vector<api::RuleGroupInfo> groups_;
};

class SampleStatus final : public api::StatusView {
 public:
  api::RuntimeInfo Runtime() const override { return {}; }
  std::string ConfigText() const override { return "sample"; }
  std::vector<std::pair<std::string, std::string>> Flags() const override {
    return {{"flag1", "value1"}, {"flag2", "value2"}};
  }
  std::vector<api::NotificationInfo> Notifications() const override { return {}; }
  base::StatusOr<api::TsdbInfo> Tsdb(size_t) const override { return api::TsdbInfo{}; }
  api::ReplayInfo Replay() const override { return {}; }
};

class ModedAdmin final : public api::TsdbAdmin {
 public:
  base::Status Delete(const std::vector<model::Matcher>&, int64_t, int64_t) override {
    return status_;
  }
  base::Status CleanTombstones() override { return status_; }
  base::StatusOr<std::string> Snapshot(bool) override {
    if (!status_.ok()) return status_;
    return std::string("name");
  }
  base::Status status_;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_COLLECTOR_API_CORPUS_VIEWS_H_
