#ifndef VEDETTE_APP_RULES_JOIN_H_
#define VEDETTE_APP_RULES_JOIN_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerting/notify/outbox.h"
#include "alerting/routing/router.h"
#include "alerting/rules/querier.h"
#include "alerting/rules/rule_file.h"
#include "base/clock.h"
#include "base/memory_pool.h"
#include "collector/logql/engine.h"
#include "collector/promql/engine.h"

// Adapters between alerting's interfaces and the parts that serve them. Each is thread-safe, owned
// by the collector, and outlived by what it points to.

namespace vedette::app {

// Rules ask the query engine over the local store.
class EngineQuerier final : public rules::Querier {
 public:
  // What rules hold counts in `memory`, and is not refused for what others hold there: an alert
  // must not wait for a dashboard. May be null.
  EngineQuerier(const promql::Engine* engine, const promql::Queryable* queryable,
                std::shared_ptr<base::MemoryPool> memory = nullptr)
      : engine_(engine), queryable_(queryable), memory_(std::move(memory)) {}

  base::StatusOr<std::vector<rules::VectorSample>> Query(const std::string& expr, int64_t time_ms,
                                                         std::stop_token stop) override;
  base::Status Validate(std::string_view expr) override {
    return ValidateRuleExpr(expr, engine_->options().parser);
  }

  // Whether `expr` parses.
  static base::Status ValidateRuleExpr(std::string_view expr,
                                       const promql::ParserOptions& options = {});
  // Checks what a rule file has, in either language; keeps the reference.
  static rules::ExprValidator RuleValidator(const promql::ParserOptions& options);

 private:
  const promql::Engine* const engine_;
  const promql::Queryable* const queryable_;
  const std::shared_ptr<base::MemoryPool> memory_;
};

// Rules with `logql` ask the log engine.
class LogEngineQuerier final : public rules::Querier {
 public:
  // `max_memory_bytes`: of one query; `memory`: of all together, may be null.
  LogEngineQuerier(const logql::Engine* engine, base::Clock* clock, uint64_t max_memory_bytes,
                   std::shared_ptr<base::MemoryPool> memory)
      : engine_(engine),
        clock_(clock),
        max_memory_bytes_(max_memory_bytes),
        memory_(std::move(memory)) {}

  base::StatusOr<std::vector<rules::VectorSample>> Query(const std::string& expr, int64_t time_ms,
                                                         std::stop_token stop) override;
  base::Status Validate(std::string_view expr) override { return ValidateRuleExpr(expr); }

  // Whether `expr` parses and comes to numbers.
  static base::Status ValidateRuleExpr(std::string_view expr);

 private:
  const logql::Engine* const engine_;
  base::Clock* const clock_;
  const uint64_t max_memory_bytes_;
  const std::shared_ptr<base::MemoryPool> memory_;
};

// Rules hand their alerts to the local router.
class RouterAlertSink final : public rules::AlertSink {
 public:
  explicit RouterAlertSink(routing::Router* router) : router_(router) {}
  base::Status Send(std::vector<model::Alert> alerts) override {
    return router_->Post(std::move(alerts));
  }

 private:
  routing::Router* const router_;
};

// For --collector.parts without alertmanager: rules run, ALERTS is recorded, nobody is told.
class NoAlertSink final : public rules::AlertSink {
 public:
  base::Status Send(std::vector<model::Alert>) override { return base::Status(); }
};

// Routing puts its notifications into the outbox.
class OutboxSink final : public routing::NotificationSink {
 public:
  explicit OutboxSink(notify::Outbox* outbox) : outbox_(outbox) {}
  bool Enabled(const std::string& integration) override { return outbox_->Enabled(integration); }
  void Stage(const model::Notification& notification, base::DurableMap::Batch* batch) override {
    outbox_->Stage(notification, batch);
  }
  void Committed() override { outbox_->Committed(); }

 private:
  notify::Outbox* const outbox_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_RULES_JOIN_H_
