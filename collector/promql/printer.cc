#include "collector/promql/printer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/promql/duration_expr.h"
#include "collector/promql/functions.h"
#include "model/labels.h"

namespace vedette::promql {
namespace {

std::string DurationText(const DurationValue& duration) {
  if (duration.expr != nullptr) return PrintDuration(*duration.expr);
  return (duration.ms < 0 ? "-" : "") + base::FormatDurationMs(std::abs(duration.ms));
}

std::string TimeText(const TimeModifier& time) {
  std::string out;
  if (time.at_ms) {
    char shown[48];
    std::snprintf(shown, sizeof shown, " @ %s%lld.%03lld", *time.at_ms < 0 ? "-" : "",
                  std::llabs(*time.at_ms / 1000), std::llabs(*time.at_ms % 1000));
    out += shown;
  } else if (time.at != AtPreprocessor::kNone) {
    out += time.at == AtPreprocessor::kStart ? " @ start()" : " @ end()";
  }
  if (time.HasOffset()) out += " offset " + DurationText(time.offset);
  return out;
}

// What reads back without quotes: a metric's name, colons included.
bool IsPlainName(std::string name) {
  std::replace(name.begin(), name.end(), ':', '_');
  return model::IsLegacyLabelName(name);
}

std::string LabelList(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    shown.push_back(IsPlainName(name) ? name : base::GoQuote(name));
  }
  return "(" + base::Join(shown, ", ") + ")";
}

std::string MatcherText(const VectorSelector& node) {
  std::vector<std::string> shown;
  for (const model::Matcher& m : node.matchers) {
    const bool is_name = !node.name.empty() && m.name() == model::kMetricName &&
                         m.type() == model::MatchType::kEqual && m.value() == node.name;
    if (!is_name) shown.push_back(m.ToString());
  }
  if (shown.empty() && !node.name.empty()) return node.name;
  std::sort(shown.begin(), shown.end());
  return node.name + "{" + base::Join(shown, ",") + "}";
}

std::string FillText(const VectorMatching& m) {
  const auto part = [](const char* word, double value) {
    std::string out = word;
    base::AppendFloatF(value, &out);
    return out + ")";
  };
  if (m.fill_left && m.fill_right && *m.fill_left == *m.fill_right) {
    return part(" fill (", *m.fill_left);
  }
  return (m.fill_left ? part(" fill_left (", *m.fill_left) : "") +
         (m.fill_right ? part(" fill_right (", *m.fill_right) : "");
}

std::string MatchingText(const BinaryExpr& node) {
  std::string out = node.return_bool ? " bool" : "";
  if (!node.matching) return out;
  const VectorMatching& m = *node.matching;
  const bool grouped = m.card == Cardinality::kManyToOne || m.card == Cardinality::kOneToMany;
  if (m.labels.empty() && !m.on && !grouped) return out + FillText(m);
  out += (m.on ? " on " : " ignoring ") + LabelList(m.labels);
  if (grouped) {
    out += m.card == Cardinality::kManyToOne ? " group_left " : " group_right ";
    out += LabelList(m.include);
  }
  return out + FillText(m);
}

std::string ExtendedText(const VectorSelector& node) {
  return node.anchored ? " anchored" : node.smoothed ? " smoothed" : "";
}

std::string AggregateHead(const AggregateExpr& node) {
  std::string out = OpText(node.op);
  if (node.without) return out + " without " + LabelList(node.grouping) + " ";
  if (!node.grouping.empty()) return out + " by " + LabelList(node.grouping) + " ";
  return out;
}

std::string SubqueryTail(const SubqueryExpr& node) {
  const bool has_step = node.step.ms != 0 || node.step.expr != nullptr;
  return "[" + DurationText(node.range) + ":" + (has_step ? DurationText(node.step) : "") + "]" +
         TimeText(node.time);
}

std::string CallText(const CallExpr& node) {
  std::vector<std::string> args;
  for (const ExprPtr& arg : node.args) args.push_back(Print(*arg));
  return std::string(node.function->name) + "(" + base::Join(args, ", ") + ")";
}

std::string ChainText(const BinaryExpr& top) {
  const std::vector<const BinaryExpr*> spine = LeftSpine(&top);
  std::string out = Print(*spine.front()->lhs);
  for (const BinaryExpr* node : spine) {
    out += base::Concat({" ", OpText(node->op), MatchingText(*node), " ", Print(*node->rhs)});
  }
  return out;
}

// Writes a tree over several lines where one would be too long.
class PrettyPrinter {
 public:
  explicit PrettyPrinter(size_t max_line) : max_line_(max_line) {}

  bool too_long() const { return indented_ > kMaxIndentBytes; }

  std::string Write(const Expr& expr, int level) {
    const std::string indent = Indent(level);
    std::string line = Print(expr);
    const bool split = line.size() > max_line_;
    if (const auto* unary = TryAs<UnaryExpr>(expr)) {
      return indent + (unary->negative ? "-" : "+") +
             std::string(base::Trim(Write(*unary->operand, level)));
    }
    // A short subquery stands without indent, as upstream's formatter leaves it.
    if (!split) return expr.kind == ExprKind::kSubquery ? line : indent + line;
    switch (expr.kind) {
      case ExprKind::kAggregate:
        return indent + Aggregate(As<AggregateExpr>(expr), level, indent);
      case ExprKind::kBinary:
        return Chain(As<BinaryExpr>(expr), level);
      case ExprKind::kCall:
        return indent + Call(As<CallExpr>(expr), level, indent);
      case ExprKind::kParen:
        return indent + "(\n" + Write(*As<ParenExpr>(expr).inner, level + 1) + "\n" + indent + ")";
      case ExprKind::kSubquery:
        return Write(*As<SubqueryExpr>(expr).inner, level) + SubqueryTail(As<SubqueryExpr>(expr));
      default:
        return indent + line;
    }
  }

 private:
  // Empty once there were too many: what is written then is thrown away.
  std::string Indent(int level) {
    const size_t spaces = static_cast<size_t>(level) * 2;
    indented_ += spaces;
    return too_long() ? std::string() : std::string(spaces, ' ');
  }

  std::string Aggregate(const AggregateExpr& node, int level, const std::string& indent) {
    std::string out = AggregateHead(node) + "(\n";
    if (node.param) out += Write(*node.param, level + 1) + ",\n";
    return out + Write(*node.operand, level + 1) + "\n" + indent + ")";
  }

  // Each operation's left operand is one level deeper, up to the first that fits a line.
  std::string Chain(const BinaryExpr& top, int level) {
    const std::vector<const BinaryExpr*> spine = LeftSpine(&top);
    std::string line = Print(*spine.front()->lhs);
    size_t fitting = 0;  // operations of the spine that are written on the first line
    for (const BinaryExpr* node : spine) {
      std::string longer =
          base::Concat({line, " ", OpText(node->op), MatchingText(*node), " ", Print(*node->rhs)});
      if (longer.size() > max_line_) break;
      line = std::move(longer);
      ++fitting;
    }
    int below = level + static_cast<int>(spine.size() - fitting);
    std::string out = fitting > 0 ? Indent(below) + line : Write(*spine.front()->lhs, below);
    for (size_t i = fitting; i < spine.size(); ++i) {
      const BinaryExpr& node = *spine[i];
      out += base::Concat({"\n", Indent(below - 1), OpText(node.op), MatchingText(node), "\n",
                           Write(*node.rhs, below)});
      --below;
    }
    return out;
  }

  std::string Call(const CallExpr& node, int level, const std::string& indent) {
    std::vector<std::string> args;
    for (const ExprPtr& arg : node.args) args.push_back(Write(*arg, level + 1));
    return std::string(node.function->name) + "(\n" + base::Join(args, ",\n") + "\n" + indent + ")";
  }

  const size_t max_line_;
  size_t indented_ = 0;
};

}  // namespace

std::string Print(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kNumber: {
      const auto& node = As<NumberLiteral>(expr);
      return PrintNumber(node.value, node.is_duration);
    }
    case ExprKind::kString:
      return base::GoQuote(As<StringLiteral>(expr).value);
    case ExprKind::kParen:
      return "(" + Print(*As<ParenExpr>(expr).inner) + ")";
    case ExprKind::kUnary: {
      const auto& node = As<UnaryExpr>(expr);
      return (node.negative ? "-" : "+") + Print(*node.operand);
    }
    case ExprKind::kBinary:
      return ChainText(As<BinaryExpr>(expr));
    case ExprKind::kCall:
      return CallText(As<CallExpr>(expr));
    case ExprKind::kAggregate: {
      const auto& node = As<AggregateExpr>(expr);
      return AggregateHead(node) + "(" + (node.param ? Print(*node.param) + ", " : "") +
             Print(*node.operand) + ")";
    }
    case ExprKind::kVectorSelector: {
      const auto& node = As<VectorSelector>(expr);
      return MatcherText(node) + ExtendedText(node) + TimeText(node.time);
    }
    case ExprKind::kMatrixSelector: {
      const auto& node = As<MatrixSelector>(expr);
      return MatcherText(*node.selector) + "[" + DurationText(node.range) + "]" +
             ExtendedText(*node.selector) + TimeText(node.selector->time);
    }
    case ExprKind::kSubquery: {
      const auto& node = As<SubqueryExpr>(expr);
      return Print(*node.inner) + SubqueryTail(node);
    }
  }
  return {};
}

base::StatusOr<std::string> PrettyPrint(const Expr& expr, size_t max_line) {
  PrettyPrinter printer(max_line);
  std::string text = printer.Write(expr, 0);
  if (!printer.too_long()) return text;
  return base::ResourceExhausted(
      "expression is nested too deeply to be laid out: its lines would begin with more than " +
      std::to_string(kMaxIndentBytes) + " bytes of spaces");
}

}  // namespace vedette::promql
