#include "collector/api/expr_json.h"

#include <cstddef>
#include <string>
#include <vector>

#include "base/number_text.h"
#include "collector/api/prometheus_reply.h"
#include "collector/promql/functions.h"

namespace vedette::api {
namespace {

using base::JsonWriter;

// As deep as the parser lets a tree be.
void WriteOrNull(const promql::ExprPtr& expr, JsonWriter* json) {
  if (expr == nullptr) {
    json->Null();
  } else {
    WriteExpr(*expr, json);
  }
}

void WriteNumber(const promql::NumberLiteral& node, JsonWriter* json) {
  std::string text;
  base::AppendFloatF(node.value, &text);
  json->Key("type").String("numberLiteral").Key("val").String(text);
}

void WriteTime(const promql::TimeModifier& time, JsonWriter* json) {
  json->Key("offset").Int(time.offset.ms).Key("startOrEnd");
  if (time.at == promql::AtPreprocessor::kNone) {
    json->Null();
  } else {
    json->String(time.at == promql::AtPreprocessor::kStart ? "start" : "end");
  }
  json->Key("timestamp");
  if (time.at_ms) {
    json->Int(*time.at_ms);
  } else {
    json->Null();
  }
}

void WriteSelector(const promql::VectorSelector& node, JsonWriter* json) {
  constexpr const char* kTypes[] = {"=", "!=", "=~", "!~"};
  json->Key("matchers").BeginArray();
  for (const model::Matcher& matcher : node.matchers) {
    json->BeginObject().Key("name").String(matcher.name());
    json->Key("type").String(kTypes[static_cast<size_t>(matcher.type())]);
    json->Key("value").String(matcher.value()).EndObject();
  }
  json->EndArray().Key("name").String(node.name);
  WriteTime(node.time, json);
}

void WriteVectorSelector(const promql::VectorSelector& node, JsonWriter* json) {
  WriteSelector(node, json);
  json->Key("type").String("vectorSelector");
}

void WriteMatrixSelector(const promql::MatrixSelector& node, JsonWriter* json) {
  WriteSelector(*node.selector, json);
  json->Key("range").Int(node.range.ms).Key("type").String("matrixSelector");
}

void WriteSubquery(const promql::SubqueryExpr& node, JsonWriter* json) {
  json->Key("expr");
  WriteExpr(*node.inner, json);
  WriteTime(node.time, json);
  json->Key("range").Int(node.range.ms).Key("step").Int(node.step.ms);
  json->Key("type").String("subquery");
}

void WriteMatching(const promql::VectorMatching& matching, JsonWriter* json) {
  constexpr const char* kCards[] = {"one-to-one", "many-to-one", "one-to-many", "many-to-many"};
  json->BeginObject().Key("card").String(kCards[static_cast<size_t>(matching.card)]);
  json->Key("include");
  WriteStrings(matching.include, json);
  json->Key("labels");
  WriteStrings(matching.labels, json);
  json->Key("on").Bool(matching.on).EndObject();
}

void WriteBinary(const promql::BinaryExpr& node, JsonWriter* json) {
  json->Key("bool").Bool(node.return_bool).Key("lhs");
  WriteExpr(*node.lhs, json);
  json->Key("matching");
  if (node.matching) {
    WriteMatching(*node.matching, json);
  } else {
    json->Null();
  }
  json->Key("op").String(promql::OpText(node.op)).Key("rhs");
  WriteExpr(*node.rhs, json);
  json->Key("type").String("binaryExpr");
}

void WriteCall(const promql::CallExpr& node, JsonWriter* json) {
  json->Key("args").BeginArray();
  for (const promql::ExprPtr& arg : node.args) WriteExpr(*arg, json);
  json->EndArray().Key("func").BeginObject().Key("argTypes").BeginArray();
  for (const promql::ValueType type : node.function->args()) json->String(promql::TypeName(type));
  json->EndArray().Key("name").String(node.function->name);
  json->Key("returnType").String(promql::TypeName(node.function->return_type));
  json->Key("variadic").Int(node.function->variadic).EndObject();
  json->Key("type").String("call");
}

void WriteAggregate(const promql::AggregateExpr& node, JsonWriter* json) {
  json->Key("expr");
  WriteExpr(*node.operand, json);
  json->Key("grouping");
  WriteStrings(node.grouping, json);
  json->Key("op").String(promql::OpText(node.op)).Key("param");
  WriteOrNull(node.param, json);
  json->Key("type").String("aggregation").Key("without").Bool(node.without);
}

}  // namespace

void WriteExpr(const promql::Expr& expr, JsonWriter* json) {
  using promql::ExprKind;
  json->BeginObject();
  switch (expr.kind) {
    case ExprKind::kNumber:
      WriteNumber(promql::As<promql::NumberLiteral>(expr), json);
      break;
    case ExprKind::kString:
      json->Key("type").String("stringLiteral").Key("val");
      json->String(promql::As<promql::StringLiteral>(expr).value);
      break;
    case ExprKind::kParen:
      json->Key("expr");
      WriteExpr(*promql::As<promql::ParenExpr>(expr).inner, json);
      json->Key("type").String("parenExpr");
      break;
    case ExprKind::kUnary:
      json->Key("expr");
      WriteExpr(*promql::As<promql::UnaryExpr>(expr).operand, json);
      json->Key("op").String(promql::As<promql::UnaryExpr>(expr).negative ? "-" : "+");
      json->Key("type").String("unaryExpr");
      break;
    case ExprKind::kBinary:
      WriteBinary(promql::As<promql::BinaryExpr>(expr), json);
      break;
    case ExprKind::kCall:
      WriteCall(promql::As<promql::CallExpr>(expr), json);
      break;
    case ExprKind::kAggregate:
      WriteAggregate(promql::As<promql::AggregateExpr>(expr), json);
      break;
    case ExprKind::kVectorSelector:
      WriteVectorSelector(promql::As<promql::VectorSelector>(expr), json);
      break;
    case ExprKind::kMatrixSelector:
      WriteMatrixSelector(promql::As<promql::MatrixSelector>(expr), json);
      break;
    case ExprKind::kSubquery:
      WriteSubquery(promql::As<promql::SubqueryExpr>(expr), json);
      break;
  }
  json->EndObject();
}

}  // namespace vedette::api
