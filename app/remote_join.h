#ifndef VEDETTE_APP_REMOTE_JOIN_H_
#define VEDETTE_APP_REMOTE_JOIN_H_

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerting/rules/querier.h"
#include "app/logs_elsewhere.h"
#include "app/rules_join.h"
#include "app/store_join.h"
#include "app/world.h"
#include "collector/api/views.h"
#include "collector/promql/parser.h"
#include "collector/remote/manager.h"
#include "collector/remote/query_client.h"

namespace vedette::app {

// Who answers queries in place of the store, by the configuration in force; null: the store does.
using ElsewhereSlot = Shared<std::shared_ptr<const remote::QueryClient>>;

// What sends on what `log` takes: its places are in the folder `dir`, `families` outlives it.
remote::Manager::Options SenderOptions(const World& world, std::string dir, model::SampleLog* log,
                                       const api::TargetsView* families);

// Rules ask an engine elsewhere. Thread-safe, owned by the collector, outlived by the slot.
// Results that are native histograms are refused: an answer does not tell all of one.
class RemoteQuerier final : public rules::Querier {
 public:
  RemoteQuerier(const ElsewhereSlot* elsewhere, const promql::ParserOptions& parser)
      : elsewhere_(elsewhere), parser_(parser) {}

  base::StatusOr<std::vector<rules::VectorSample>> Query(const std::string& expr, int64_t time_ms,
                                                         std::stop_token stop) override;
  base::Status Validate(std::string_view expr) override {
    return EngineQuerier::ValidateRuleExpr(expr, parser_);
  }

 private:
  const ElsewhereSlot* const elsewhere_;
  const promql::ParserOptions parser_;
};

// Rules with `logql` ask the engine of logs.remote. Thread-safe, owned by the collector.
class RemoteLogQuerier final : public rules::Querier {
 public:
  explicit RemoteLogQuerier(const LogsElsewhere* elsewhere) : elsewhere_(elsewhere) {}

  base::StatusOr<std::vector<rules::VectorSample>> Query(const std::string& expr, int64_t time_ms,
                                                         std::stop_token stop) override;
  base::Status Validate(std::string_view expr) override {
    return LogEngineQuerier::ValidateRuleExpr(expr);
  }

 private:
  const LogsElsewhere* const elsewhere_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_REMOTE_JOIN_H_
