#include <string>

#include "collector/api/api.h"
#include "collector/api/expr_json.h"
#include "collector/api/prometheus_reply.h"
#include "collector/promql/parser.h"
#include "collector/promql/printer.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

// The handler that parses and shows what `write` makes of the tree.
base::http::Handler Parsed(const promql::ParserOptions& options,
                           void (*write)(const promql::Expr&, bool newer, JsonWriter*)) {
  return base::http::Sync([options, write](const Request& request) {
    const base::StatusOr<promql::ExprPtr> expr =
        promql::ParseExpr(request.FormParams().Get("query"), options);
    if (!expr.ok()) return BadParameter("query", base::Message(expr.status()));
    return Success([&](JsonWriter* json) { write(**expr, options.newer, json); });
  });
}

}  // namespace

void RegisterPrometheusParse(base::http::Router* router, const promql::ParserOptions& options) {
  const auto pretty = [](const promql::Expr& expr, bool, JsonWriter* json) {
    json->String(promql::PrettyPrint(expr));
  };
  router->HandleGetPost("/api/v1/format_query", Pool::kQuery, Scope::kRead,
                        Parsed(options, pretty));
  router->HandleGetPost("/api/v1/parse_query", Pool::kQuery, Scope::kRead,
                        Parsed(options, WriteExpr));
}

}  // namespace vedette::api
