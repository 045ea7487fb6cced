#ifndef VEDETTE_APP_API_JOIN_H_
#define VEDETTE_APP_API_JOIN_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/routing/router.h"
#include "alerting/rules/manager.h"
#include "app/written_metadata.h"
#include "collector/api/views.h"
#include "collector/logstore/store.h"
#include "collector/remote/queue.h"
#include "collector/scrape/manager.h"
#include "collector/tsdb/store.h"

// The parts as the HTTP API wants to see them. Each is thread-safe, owned by the collector, and
// outlived by the part it shows.

namespace vedette::app {

class MetricsJoin final : public api::MetricsView {
 public:
  explicit MetricsJoin(const tsdb::Store* store) : store_(store) {}
  base::StatusOr<std::vector<std::string>> LabelNames(
      const api::SeriesFilter& filter) const override;
  base::StatusOr<std::vector<std::string>> LabelValues(
      std::string_view name, const api::SeriesFilter& filter) const override;
  base::StatusOr<std::vector<model::Labels>> Series(const api::SeriesFilter& filter) const override;

 private:
  const tsdb::Store* const store_;
};

class TargetsJoin final : public api::TargetsView {
 public:
  TargetsJoin(const scrape::Manager* manager, const WrittenMetadata* written)
      : manager_(manager), written_(written) {}
  std::vector<api::PoolInfo> Pools() const override;
  std::optional<std::vector<model::Relabeler>> RelabelRules(std::string_view pool) const override;
  std::vector<api::TargetInfo> Active() const override;
  std::vector<api::DroppedTargetInfo> Dropped() const override;
  std::vector<api::MetadataInfo> Metadata() const override;

 private:
  const scrape::Manager* const manager_;
  const WrittenMetadata* const written_;
};

// Each family of metrics once: of several targets the first has the word.
remote::Families FamiliesOf(const api::TargetsView& targets);

class RulesJoin final : public api::RulesView {
 public:
  explicit RulesJoin(const rules::Manager* manager) : manager_(manager) {}
  std::vector<api::RuleGroupInfo> Groups() const override;

 private:
  const rules::Manager* const manager_;
};

class AlertsJoin final : public api::AlertsView {
 public:
  explicit AlertsJoin(routing::Router* router) : router_(router) {}
  std::vector<api::AlertInfo> Alerts() const override;
  base::Status Post(std::vector<model::Alert> alerts) override {
    return router_->Post(std::move(alerts));
  }
  std::vector<std::string> Receivers() const override { return router_->ReceiverNames(); }
  std::string ConfigText() const override { return router_->ConfigText(); }

 private:
  routing::Router* const router_;
};

class LogsJoin final : public api::LogView {
 public:
  explicit LogsJoin(const logstore::Store* store) : store_(store) {}
  std::vector<std::string> LabelNames(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                                      int64_t end_ns) const override {
    return store_->LabelNames(matchers, start_ns, end_ns);
  }
  std::vector<std::string> LabelValues(const std::string& name,
                                       const std::vector<model::Matcher>& matchers,
                                       int64_t start_ns, int64_t end_ns) const override {
    return store_->LabelValues(name, matchers, start_ns, end_ns);
  }
  std::vector<model::Labels> Series(const std::vector<std::vector<model::Matcher>>& selectors,
                                    int64_t start_ns, int64_t end_ns) const override {
    return store_->Series(selectors, start_ns, end_ns);
  }
  api::LogVolume Volume(const std::vector<model::Matcher>& matchers, int64_t start_ns,
                        int64_t end_ns) const override;
  base::StatusOr<std::vector<api::StreamVolume>> Volumes(
      const api::LogVolumeQuery& query) const override;

 private:
  const logstore::Store* const store_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_API_JOIN_H_
