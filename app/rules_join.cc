#include "app/rules_join.h"

#include <utility>

#include "collector/logql/parse/parser.h"
#include "collector/promql/parser.h"

namespace vedette::app {
namespace {

// As Prometheus' queries have.
constexpr int64_t kLogRuleTimeoutNs = 120'000'000'000;

}  // namespace

base::StatusOr<std::vector<rules::VectorSample>> EngineQuerier::Query(const std::string& expr,
                                                                      int64_t time_ms,
                                                                      std::stop_token stop) {
  promql::QueryContext context;
  context.queryable = queryable_;
  context.stop = std::move(stop);
  context.memory = memory_;
  context.must_run = true;
  promql::Result result = engine_->Instant(expr, time_ms, context);
  if (!result.ok()) return result.ToStatus();
  std::vector<rules::VectorSample> samples;
  switch (result.value.type) {
    case promql::ValueType::kScalar:
      samples.push_back({model::Labels(), result.value.scalar});
      return samples;
    case promql::ValueType::kVector:
      samples.reserve(result.value.vector.size());
      for (promql::VectorSample& sample : result.value.vector) {
        samples.push_back({std::move(sample.labels), sample.value, std::move(sample.histogram)});
      }
      return samples;
    default:
      return base::InvalidArgument("rule result is not a vector or scalar");
  }
}

base::Status EngineQuerier::ValidateRuleExpr(std::string_view expr,
                                             const promql::ParserOptions& options) {
  return promql::ParseExpr(expr, options).status();
}

rules::ExprValidator EngineQuerier::RuleValidator(const promql::ParserOptions& options) {
  return [&options](rules::QueryLanguage language, std::string_view expr) {
    return language == rules::QueryLanguage::kLogql ? LogEngineQuerier::ValidateRuleExpr(expr)
                                                    : ValidateRuleExpr(expr, options);
  };
}

base::StatusOr<std::vector<rules::VectorSample>> LogEngineQuerier::Query(const std::string& expr,
                                                                         int64_t time_ms,
                                                                         std::stop_token stop) {
  logql::QueryContext context;
  context.stop = std::move(stop);
  context.max_memory_bytes = max_memory_bytes_;
  context.memory = memory_;
  context.deadline_monotonic_ns = clock_->MonotonicNanos() + kLogRuleTimeoutNs;
  VEDETTE_ASSIGN_OR_RETURN(logql::Result result,
                           engine_->QueryInstant(expr, time_ms * 1'000'000, context));
  std::vector<rules::VectorSample> samples;
  if (const auto* scalar = std::get_if<logql::Scalar>(&result.value)) {
    samples.push_back({model::Labels(), scalar->value});
  } else if (auto* vector = std::get_if<logql::Vector>(&result.value)) {
    for (logql::VectorSample& sample : *vector) {
      samples.push_back({std::move(sample.metric), sample.value});
    }
  }
  return samples;
}

base::Status LogEngineQuerier::ValidateRuleExpr(std::string_view expr) {
  VEDETTE_ASSIGN_OR_RETURN(const logql::ExprPtr parsed, logql::Parse(expr));
  if (!parsed->IsLog()) return {};
  return base::InvalidArgument("selects lines: a rule needs a metric query, such as rate(...)");
}

}  // namespace vedette::app
