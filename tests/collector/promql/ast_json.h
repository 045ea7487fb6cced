#ifndef VEDETTE_TESTS_COLLECTOR_PROMQL_AST_JSON_H_
#define VEDETTE_TESTS_COLLECTOR_PROMQL_AST_JSON_H_

#include <boost/json.hpp>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/ast.h"
#include "collector/promql/functions.h"

namespace vedette::test {

// A tree in the layout of Prometheus' /api/v1/parse_query, to be compared with recorded ones.
class AstJson {
 public:
  static boost::json::value Of(const promql::Expr& expr) {
    using namespace promql;
    switch (expr.kind) {
      case ExprKind::kNumber:
        return {{"type", "numberLiteral"}, {"val", Number(As<NumberLiteral>(expr).value)}};
      case ExprKind::kString:
        return {{"type", "stringLiteral"},
                {"val", base::RepairUtf8(As<StringLiteral>(expr).value)}};
      case ExprKind::kParen:
        return {{"type", "parenExpr"}, {"expr", Of(*As<ParenExpr>(expr).inner)}};
      case ExprKind::kUnary:
        return {{"type", "unaryExpr"},
                {"op", As<UnaryExpr>(expr).negative ? "-" : "+"},
                {"expr", Of(*As<UnaryExpr>(expr).operand)}};
      case ExprKind::kBinary:
        return Binary(As<BinaryExpr>(expr));
      case ExprKind::kCall:
        return Call(As<CallExpr>(expr));
      case ExprKind::kAggregate:
        return Aggregate(As<AggregateExpr>(expr));
      case ExprKind::kVectorSelector: {
        boost::json::object out = Selector(As<VectorSelector>(expr));
        out["type"] = "vectorSelector";
        return out;
      }
      case ExprKind::kMatrixSelector: {
        boost::json::object out = Selector(*As<MatrixSelector>(expr).selector);
        out["type"] = "matrixSelector";
        out["range"] = Duration(As<MatrixSelector>(expr).range);
        return out;
      }
      case ExprKind::kSubquery: {
        const auto& node = As<SubqueryExpr>(expr);
        boost::json::object out = Time(node.time);
        out["type"] = "subquery";
        out["expr"] = Of(*node.inner);
        out["range"] = Duration(node.range);
        out["step"] = Duration(node.step);
        return out;
      }
    }
    return nullptr;
  }

 private:
  static std::string Number(double v) {
    std::string out;
    base::AppendFloatF(v, &out);
    return out;
  }

  // Expressions are evaluated later, and 0 until then.
  static int64_t Duration(const promql::DurationValue& d) { return d.ms; }

  static boost::json::array Strings(const std::vector<std::string>& in) {
    return boost::json::array(in.begin(), in.end());
  }

  static boost::json::object Time(const promql::TimeModifier& time) {
    boost::json::object out;
    out["offset"] = Duration(time.offset);
    out["timestamp"] = nullptr;
    if (time.at_ms) out["timestamp"] = *time.at_ms;
    out["startOrEnd"] = nullptr;
    if (time.at == promql::AtPreprocessor::kStart) out["startOrEnd"] = "start";
    if (time.at == promql::AtPreprocessor::kEnd) out["startOrEnd"] = "end";
    return out;
  }

  static boost::json::object Selector(const promql::VectorSelector& node) {
    boost::json::object out = Time(node.time);
    out["name"] = node.name;
    boost::json::array matchers;
    constexpr const char* kTypes[] = {"=", "!=", "=~", "!~"};
    for (const model::Matcher& m : node.matchers) {
      matchers.push_back({{"name", m.name()},
                          {"type", kTypes[static_cast<size_t>(m.type())]},
                          {"value", m.value()}});
    }
    out["matchers"] = std::move(matchers);
    return out;
  }

  static boost::json::value Binary(const promql::BinaryExpr& node) {
    boost::json::object out;
    out["type"] = "binaryExpr";
    out["op"] = promql::OpText(node.op);
    out["bool"] = node.return_bool;
    out["lhs"] = Of(*node.lhs);
    out["rhs"] = Of(*node.rhs);
    out["matching"] = nullptr;
    if (!node.matching) return out;
    constexpr const char* kCards[] = {"one-to-one", "many-to-one", "one-to-many", "many-to-many"};
    out["matching"] = {{"card", kCards[static_cast<size_t>(node.matching->card)]},
                       {"labels", Strings(node.matching->labels)},
                       {"on", node.matching->on},
                       {"include", Strings(node.matching->include)}};
    return out;
  }

  static boost::json::value Call(const promql::CallExpr& node) {
    boost::json::array args;
    for (const auto& arg : node.args) args.push_back(Of(*arg));
    boost::json::array types;
    for (const promql::ValueType type : node.function->args()) {
      types.push_back(boost::json::value(Name(type)));
    }
    return {{"type", "call"},
            {"args", std::move(args)},
            {"func",
             {{"name", std::string(node.function->name)},
              {"argTypes", std::move(types)},
              {"variadic", node.function->variadic},
              {"returnType", Name(node.function->return_type)}}}};
  }

  static std::string Name(promql::ValueType type) { return std::string(promql::TypeName(type)); }

  static boost::json::value Aggregate(const promql::AggregateExpr& node) {
    boost::json::object out;
    out["type"] = "aggregation";
    out["op"] = promql::OpText(node.op);
    out["expr"] = Of(*node.operand);
    out["param"] = nullptr;
    if (node.param) out["param"] = Of(*node.param);
    out["grouping"] = Strings(node.grouping);
    out["without"] = node.without;
    return out;
  }
};

}  // namespace vedette::test

#endif  // VEDETTE_TESTS_COLLECTOR_PROMQL_AST_JSON_H_
