#include "collector/api/expr_json.h"

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/number_text.h"
#include "collector/api/prometheus_reply.h"
#include "collector/promql/duration_expr.h"
#include "collector/promql/functions.h"

namespace vedette::api {
namespace {

using base::JsonWriter;
using promql::As;
using promql::DurationExpr;
using promql::ExprKind;

std::string Number(double value) {
  std::string text;
  base::AppendFloatF(value, &text);
  return text;
}

// Writes one tree. As deep as the parser lets it be.
class ExprWriter {
 public:
  ExprWriter(bool newer, JsonWriter* json) : newer_(newer), json_(json) {}

  void Write(const promql::Expr& expr) {
    json_->BeginObject();
    WriteFields(expr);
    json_->EndObject();
  }

 private:
  void WriteFields(const promql::Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kNumber:
        json_->Key("type").String("numberLiteral");
        json_->Key("val").String(Number(As<promql::NumberLiteral>(expr).value));
        return;
      case ExprKind::kString:
        json_->Key("type").String("stringLiteral");
        json_->Key("val").String(As<promql::StringLiteral>(expr).value);
        return;
      case ExprKind::kParen:
        WriteChild("expr", As<promql::ParenExpr>(expr).inner);
        json_->Key("type").String("parenExpr");
        return;
      case ExprKind::kUnary:
        WriteChild("expr", As<promql::UnaryExpr>(expr).operand);
        json_->Key("op").String(As<promql::UnaryExpr>(expr).negative ? "-" : "+");
        json_->Key("type").String("unaryExpr");
        return;
      case ExprKind::kBinary:
        return WriteChain(As<promql::BinaryExpr>(expr));
      case ExprKind::kCall:
        return WriteCall(As<promql::CallExpr>(expr));
      case ExprKind::kAggregate:
        return WriteAggregate(As<promql::AggregateExpr>(expr));
      case ExprKind::kVectorSelector:
        WriteSelector(As<promql::VectorSelector>(expr));
        json_->Key("type").String("vectorSelector");
        return;
      case ExprKind::kMatrixSelector:
        WriteSelector(*As<promql::MatrixSelector>(expr).selector);
        WriteDuration("range", "rangeExpr", As<promql::MatrixSelector>(expr).range);
        json_->Key("type").String("matrixSelector");
        return;
      case ExprKind::kSubquery:
        return WriteSubquery(As<promql::SubqueryExpr>(expr));
    }
  }

  void WriteChild(const char* key, const promql::ExprPtr& child) {
    json_->Key(key);
    if (child == nullptr) {
      json_->Null();
    } else {
      Write(*child);
    }
  }

  void WriteDuration(const char* key, const char* expr_key, const promql::DurationValue& duration) {
    json_->Key(key).Int(duration.ms);
    if (!newer_) return;
    json_->Key(expr_key);
    WriteDurationExpr(duration.expr.get());
  }

  void WriteDurationExpr(const DurationExpr* expr) {
    if (expr == nullptr) {
      json_->Null();
      return;
    }
    json_->BeginObject();
    if (expr->op == DurationExpr::Op::kLiteral) {
      json_->Key("duration").Bool(expr->is_duration).Key("type").String("numberLiteral");
      json_->Key("val").String(Number(expr->seconds));
    } else {
      json_->Key("lhs");
      WriteDurationExpr(expr->lhs.get());
      json_->Key("op").String(promql::OpText(expr->op)).Key("rhs");
      WriteDurationExpr(expr->rhs.get());
      json_->Key("type").String("durationExpr").Key("wrapped").Bool(expr->wrapped);
    }
    json_->EndObject();
  }

  void WriteTime(const promql::TimeModifier& time) {
    WriteDuration("offset", "offsetExpr", time.offset);
    json_->Key("startOrEnd");
    if (time.at == promql::AtPreprocessor::kNone) {
      json_->Null();
    } else {
      json_->String(time.at == promql::AtPreprocessor::kStart ? "start" : "end");
    }
    json_->Key("timestamp");
    if (time.at_ms) {
      json_->Int(*time.at_ms);
    } else {
      json_->Null();
    }
  }

  void WriteSelector(const promql::VectorSelector& node) {
    constexpr const char* kTypes[] = {"=", "!=", "=~", "!~"};
    if (newer_) json_->Key("anchored").Bool(node.anchored);
    json_->Key("matchers").BeginArray();
    for (const model::Matcher& matcher : node.matchers) {
      json_->BeginObject().Key("name").String(matcher.name());
      json_->Key("type").String(kTypes[static_cast<size_t>(matcher.type())]);
      json_->Key("value").String(matcher.value()).EndObject();
    }
    json_->EndArray().Key("name").String(node.name);
    if (newer_) json_->Key("smoothed").Bool(node.smoothed);
    WriteTime(node.time);
  }

  void WriteSubquery(const promql::SubqueryExpr& node) {
    WriteChild("expr", node.inner);
    WriteTime(node.time);
    WriteDuration("range", "rangeExpr", node.range);
    WriteDuration("step", "stepExpr", node.step);
    json_->Key("type").String("subquery");
  }

  void WriteFill(const char* key, const std::optional<double>& value) {
    json_->Key(key);
    if (!value) {
      json_->Null();
    } else if (std::isfinite(*value)) {
      json_->Double(*value);
    } else {
      json_->String(Number(*value));  // JSON has no such number
    }
  }

  void WriteMatching(const promql::VectorMatching& matching) {
    constexpr const char* kCards[] = {"one-to-one", "many-to-one", "one-to-many", "many-to-many"};
    json_->BeginObject().Key("card").String(kCards[static_cast<size_t>(matching.card)]);
    if (newer_) {
      json_->Key("fillValues").BeginObject();
      WriteFill("lhs", matching.fill_left);
      WriteFill("rhs", matching.fill_right);
      json_->EndObject();
    }
    json_->Key("include");
    WriteStrings(matching.include, json_);
    json_->Key("labels");
    WriteStrings(matching.labels, json_);
    json_->Key("on").Bool(matching.on).EndObject();
  }

  // Operations in a row: each is the left operand of the next. The outermost's object is open.
  void WriteChain(const promql::BinaryExpr& top) {
    const std::vector<const promql::BinaryExpr*> spine = promql::LeftSpine(&top);
    for (size_t i = spine.size(); i > 0; --i) {
      if (i != spine.size()) json_->BeginObject();
      json_->Key("bool").Bool(spine[i - 1]->return_bool).Key("lhs");
    }
    Write(*spine.front()->lhs);
    for (const promql::BinaryExpr* node : spine) {
      WriteRightOf(*node);
      if (node != &top) json_->EndObject();
    }
  }

  // What comes behind the left operand.
  void WriteRightOf(const promql::BinaryExpr& node) {
    json_->Key("matching");
    if (node.matching) {
      WriteMatching(*node.matching);
    } else {
      json_->Null();
    }
    json_->Key("op").String(promql::OpText(node.op));
    WriteChild("rhs", node.rhs);
    json_->Key("type").String("binaryExpr");
  }

  void WriteCall(const promql::CallExpr& node) {
    const promql::FunctionSignature& function = *node.function;
    json_->Key("args").BeginArray();
    for (const promql::ExprPtr& arg : node.args) Write(*arg);
    json_->EndArray().Key("func").BeginObject().Key("argTypes").BeginArray();
    for (const promql::ValueType type : function.args()) json_->String(promql::TypeName(type));
    json_->EndArray().Key("name").String(function.name);
    json_->Key("returnType").String(promql::TypeName(function.return_type));
    json_->Key("variadic").Int(function.variadic).EndObject();
    json_->Key("type").String("call");
  }

  void WriteAggregate(const promql::AggregateExpr& node) {
    WriteChild("expr", node.operand);
    json_->Key("grouping");
    WriteStrings(node.grouping, json_);
    json_->Key("op").String(promql::OpText(node.op));
    WriteChild("param", node.param);
    json_->Key("type").String("aggregation").Key("without").Bool(node.without);
  }

  const bool newer_;
  JsonWriter* const json_;
};

}  // namespace

void WriteExpr(const promql::Expr& expr, bool newer, JsonWriter* json) {
  ExprWriter(newer, json).Write(expr);
}

}  // namespace vedette::api
