#ifndef VEDETTE_APP_REMOTE_JOIN_H_
#define VEDETTE_APP_REMOTE_JOIN_H_

#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerting/rules/querier.h"
#include "app/rules_join.h"
#include "collector/promql/parser.h"
#include "collector/remote/query_client.h"

namespace vedette::app {

// Rules ask an engine elsewhere. Thread-safe, owned by the collector, outlived by the client.
// Results that are native histograms are refused: an answer does not tell all of one.
class RemoteQuerier final : public rules::Querier {
 public:
  RemoteQuerier(const remote::QueryClient* client, const promql::ParserOptions& parser)
      : client_(client), parser_(parser) {}

  base::StatusOr<std::vector<rules::VectorSample>> Query(const std::string& expr, int64_t time_ms,
                                                         std::stop_token stop) override;
  base::Status Validate(std::string_view expr) override {
    return EngineQuerier::ValidateRuleExpr(expr, parser_);
  }

 private:
  const remote::QueryClient* const client_;
  const promql::ParserOptions parser_;
};

}  // namespace vedette::app

#endif  // VEDETTE_APP_REMOTE_JOIN_H_
