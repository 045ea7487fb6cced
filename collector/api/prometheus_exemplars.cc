#include <string>
#include <utility>
#include <vector>

#include "base/number_text.h"
#include "collector/api/api.h"
#include "collector/api/prometheus_params.h"
#include "collector/api/prometheus_reply.h"
#include "collector/api/sample_json.h"
#include "collector/promql/parser.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using base::StatusOr;
using base::http::Params;
using base::http::Pool;
using base::http::Request;
using base::http::Response;
using base::http::Scope;

using Selectors = std::vector<std::vector<model::Matcher>>;

// Nodes below `expr`; null ones are left out.
std::vector<const promql::Expr*> Children(const promql::Expr& expr) {
  std::vector<const promql::Expr*> out;
  const auto add = [&out](const promql::Expr* child) {
    if (child != nullptr) out.push_back(child);
  };
  if (const auto* paren = promql::TryAs<promql::ParenExpr>(expr)) add(paren->inner.get());
  if (const auto* unary = promql::TryAs<promql::UnaryExpr>(expr)) add(unary->operand.get());
  if (const auto* binary = promql::TryAs<promql::BinaryExpr>(expr)) {
    add(binary->lhs.get());
    add(binary->rhs.get());
  }
  if (const auto* call = promql::TryAs<promql::CallExpr>(expr)) {
    for (const promql::ExprPtr& arg : call->args) add(arg.get());
  }
  if (const auto* aggregate = promql::TryAs<promql::AggregateExpr>(expr)) {
    add(aggregate->operand.get());
    add(aggregate->param.get());
  }
  if (const auto* matrix = promql::TryAs<promql::MatrixSelector>(expr)) add(matrix->selector.get());
  if (const auto* subquery = promql::TryAs<promql::SubqueryExpr>(expr)) add(subquery->inner.get());
  return out;
}

// Of every selector in the expression.
Selectors SelectorsOf(const promql::Expr& root) {
  Selectors selectors;
  std::vector<const promql::Expr*> open = {&root};
  while (!open.empty()) {
    const promql::Expr* const expr = open.back();
    open.pop_back();
    if (const auto* selector = promql::TryAs<promql::VectorSelector>(*expr)) {
      selectors.push_back(selector->matchers);
    }
    for (const promql::Expr* child : Children(*expr)) open.push_back(child);
  }
  return selectors;
}

void WriteExemplar(const model::Exemplar& exemplar, JsonWriter* json) {
  std::string value;
  AppendSampleValue(exemplar.value, &value);
  std::string seconds;
  base::AppendSeconds(exemplar.time_ms, &seconds);
  json->BeginObject().Key("labels");
  WriteLabels(exemplar.labels, json);
  json->Key("value").String(value).Key("timestamp").Raw(seconds).EndObject();
}

void WriteAll(const std::vector<ExemplarsInfo>& all, JsonWriter* json) {
  json->BeginArray();
  for (const ExemplarsInfo& one : all) {
    json->BeginObject().Key("seriesLabels");
    WriteLabels(one.series, json);
    json->Key("exemplars").BeginArray();
    for (const model::Exemplar& exemplar : one.exemplars) WriteExemplar(exemplar, json);
    json->EndArray().EndObject();
  }
  json->EndArray();
}

Response Query(const ExemplarsView* view, const promql::ParserOptions& parser,
               const Request& request) {
  const Params params = request.FormParams();
  const StatusOr<int64_t> start = TimeParam(params, "start", INT64_MIN);
  if (!start.ok()) return BadData(base::Message(start.status()));
  const StatusOr<int64_t> end = TimeParam(params, "end", INT64_MAX);
  if (!end.ok()) return BadData(base::Message(end.status()));
  if (*end < *start) {
    return BadData("end timestamp must not be before start timestamp");
  }
  const StatusOr<promql::ExprPtr> expr = promql::ParseExpr(params.Get("query"), parser);
  if (!expr.ok()) return BadData(base::Message(expr.status()));
  const Selectors selectors = SelectorsOf(**expr);
  if (view == nullptr || selectors.empty())
    return Success([](JsonWriter* json) { WriteAll({}, json); });
  const StatusOr<std::vector<ExemplarsInfo>> found = view->Exemplars(selectors, *start, *end);
  if (!found.ok()) return StorageFailure(found.status());
  return Success([&](JsonWriter* json) { WriteAll(*found, json); });
}

}  // namespace

void RegisterPrometheusExemplars(base::http::Router* router, const ExemplarsView* exemplars,
                                 const promql::ParserOptions& parser) {
  router->HandleGetPost("/api/v1/query_exemplars", Pool::kQuery, Scope::kRead,
                        base::http::Sync([exemplars, parser](const Request& request) {
                          return Query(exemplars, parser, request);
                        }));
}

}  // namespace vedette::api
