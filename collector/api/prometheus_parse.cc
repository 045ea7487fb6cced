#include <string>
#include <utility>

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

using Write = base::StatusOr<Response> (*)(const promql::Expr& expr, bool newer);

// The handler that parses and shows what `write` makes of the tree.
base::http::Handler Parsed(const promql::ParserOptions& options, Write write) {
  return base::http::Sync([options, write](const Request& request) {
    const base::StatusOr<promql::ExprPtr> expr =
        promql::ParseExpr(request.FormParams().Get("query"), options);
    if (!expr.ok()) return BadParameter("query", base::Message(expr.status()));
    base::StatusOr<Response> answer = write(**expr, options.newer);
    if (!answer.ok()) return BadParameter("query", base::Message(answer.status()));
    return std::move(answer).value();
  });
}

base::StatusOr<Response> Formatted(const promql::Expr& expr, bool /*newer*/) {
  VEDETTE_ASSIGN_OR_RETURN(const std::string text, promql::PrettyPrint(expr));
  return Success([&](JsonWriter* json) { json->String(text); });
}

base::StatusOr<Response> Tree(const promql::Expr& expr, bool newer) {
  return Success([&](JsonWriter* json) { WriteExpr(expr, newer, json); });
}

}  // namespace

void RegisterPrometheusParse(base::http::Router* router, const promql::ParserOptions& options) {
  router->HandleGetPost("/api/v1/format_query", Pool::kQuery, Scope::kRead,
                        Parsed(options, Formatted));
  router->HandleGetPost("/api/v1/parse_query", Pool::kQuery, Scope::kRead, Parsed(options, Tree));
}

}  // namespace vedette::api
