#ifndef VEDETTE_TESTS_COLLECTOR_API_LOKI_FIXTURE_H_
#define VEDETTE_TESTS_COLLECTOR_API_LOKI_FIXTURE_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/collector/api/api_fixture.h"

namespace vedette::test {

inline constexpr int64_t kLokiT = 1'795'226'940'000'000'000;

// Lines of two streams, in time order.
class FakeLogs final : public logql::LogSource, public api::LogView {
 public:
  base::Status Scan(const logql::ScanRequest& request, const logql::ScanFn& visit) const override {
    std::vector<logql::StoredLine> found;
    for (const Line& line : lines_) {
      if (!model::MatchesAll(request.matchers, streams_[line.stream])) continue;
      if (line.time < request.start_ns || line.time >= request.end_ns) continue;
      found.push_back({line.time, line.text, &streams_[line.stream], &metadata_[line.metadata]});
    }
    if (request.direction == logql::Direction::kBackward) std::reverse(found.begin(), found.end());
    if (!found.empty()) visit(found);
    return base::Status();
  }
  std::vector<std::string> LabelNames(const std::vector<model::Matcher>& matchers, int64_t,
                                      int64_t) const override {
    return matchers.empty() ? std::vector<std::string>{"app", "env"}
                            : std::vector<std::string>{"app"};
  }
  std::vector<std::string> LabelValues(const std::string& name, const std::vector<model::Matcher>&,
                                       int64_t start_ns, int64_t end_ns) const override {
    return {name, std::to_string(start_ns), std::to_string(end_ns)};
  }
  std::vector<model::Labels> Series(const std::vector<std::vector<model::Matcher>>& selectors,
                                    int64_t, int64_t) const override {
    std::vector<model::Labels> found;
    for (const model::Labels& labels : streams_) {
      const bool any = std::any_of(selectors.begin(), selectors.end(), [&](const auto& selector) {
        return model::MatchesAll(selector, labels);
      });
      if (any || selectors.empty()) found.push_back(labels);
    }
    return found;
  }
  api::LogVolume Volume(const std::vector<model::Matcher>&, int64_t, int64_t) const override {
    return {1, 2, 3, 4};
  }
  base::StatusOr<std::vector<api::StreamVolume>> Volumes(
      const api::LogVolumeQuery& query) const override {
    asked_ = query;
    if (!volumes_.ok()) return volumes_.status();
    std::vector<api::StreamVolume> found;
    for (const api::StreamVolume& one : *volumes_) {
      if (model::MatchesAll(query.matchers, one.labels)) found.push_back(one);
    }
    return found;
  }
  base::StatusOr<std::vector<api::StreamVolume>> volumes_ = std::vector<api::StreamVolume>();
  mutable api::LogVolumeQuery asked_;

  struct Line {
    int64_t time;
    std::string text;
    size_t stream;    // 0 or 1
    size_t metadata;  // 0: none, 1: trace_id
  };
  std::vector<Line> lines_ = {{kLokiT, "a", 0, 0},
                              {kLokiT + 1'000'000'000, "<b>", 0, 1},
                              {kLokiT + 2'000'000'000, "c", 1, 0}};

  std::vector<model::Labels> streams_ = {model::Labels{{"app", "g1"}},
                                         model::Labels{{"app", "g2"}, {"env", "dev"}}};

 private:
  const std::vector<model::Labels> metadata_ = {{}, model::Labels{{"trace_id", "t1"}}};
};

class FakeRuleList final : public api::RulesView {
 public:
  std::vector<api::RuleGroupInfo> Groups() const override { return groups_; }
  std::vector<api::RuleGroupInfo> groups_;
};

class LokiApi : public ApiTest {
 protected:
  LokiApi() : engine_(&logs_, &clock_) {
    api::LokiQueryDeps deps;
    deps.engine = &engine_;
    deps.clock = &clock_;
    api::RegisterLokiQuery(&router_, deps);
    const api::LokiLabelsDeps labels{&logs_, &clock_};
    api::RegisterLokiLabels(&router_, labels);
    api::RegisterLokiVolume(&router_, labels);
    api::RegisterLokiDetectedLabels(&router_, labels);
    api::RegisterLokiDetectedFields(&router_, deps);
    api::RegisterLokiPatterns(&router_, {&logs_, &clock_});
    api::RegisterLokiInfo(&router_, {5000, 7'776'000'000, "3.7.6"});
    api::RegisterLokiRules(&router_, &rules_);
    api::RegisterLokiRuleFiles(&router_, &rules_);
  }
  std::string RangeTarget(std::vector<std::pair<std::string, std::string>> params) {
    params.emplace_back("start", std::to_string(kLokiT - 1'000'000'000));
    params.emplace_back("end", std::to_string(kLokiT + 90'000'000'000));
    return Target("/loki/api/v1/query_range", params);
  }
  // The reply up to its statistics.
  static std::string BeforeStats(const base::http::Response& response) {
    return response.body.substr(0, response.body.find(",\"stats\":"));
  }
  FakeRuleList rules_;
  FakeLogs logs_;
  logql::Engine engine_;
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_COLLECTOR_API_LOKI_FIXTURE_H_
