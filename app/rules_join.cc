#include "app/rules_join.h"

#include <utility>

#include "collector/promql/parser.h"

namespace vedette::app {

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

}  // namespace vedette::app
