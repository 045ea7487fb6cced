#include "collector/logql/parse/indented_printer.h"

#include <string_view>
#include <vector>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/logql/parse/printer.h"
#include "collector/logql/parse/stage_printer.h"

namespace vedette::logql {
namespace {

constexpr size_t kLongest = 100;  // of what stays on a line, without its indentation

std::string Indent(int level) { return std::string(2 * static_cast<size_t>(level), ' '); }

bool FitsLine(std::string_view canonical) { return canonical.size() <= kLongest; }

// Lines of text as they are made, one below the other.
class Lines {
 public:
  void Add(int level, std::string_view text) { AddWhole(base::Concat({Indent(level), text})); }
  // What is indented already, one line or more.
  void AddWhole(std::string_view text) { text_ += base::Concat({text_.empty() ? "" : "\n", text}); }
  void Append(std::string_view text) { text_ += text; }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string Indented(const Expr& expr, int level);

// Line filters that stand together share their line as long as they fit; the others have one each.
size_t AddLineFilters(const std::vector<Stage>& stages, size_t first, int level, Lines* lines) {
  size_t end = first;
  while (end < stages.size() && std::holds_alternative<LineFilterStage>(stages[end])) ++end;
  std::string shared = PrintStage(stages[first]);
  size_t next = first + 1;
  for (; next < end; ++next) {
    const std::string longer = base::Concat({shared, " ", PrintStage(stages[next])});
    if (!FitsLine(longer)) break;
    shared = longer;
  }
  lines->Add(level, shared);
  for (; next < end; ++next) lines->Add(level, PrintStage(stages[next]));
  return end;
}

std::string IndentedLog(const LogQuery& log, int level) {
  const std::string canonical = Print(log);
  if (FitsLine(canonical) || log.stages.empty()) return Indent(level) + canonical;
  LogQuery selector;
  selector.matchers = log.matchers;
  Lines lines;
  lines.Add(level, Print(selector));
  for (size_t i = 0; i < log.stages.size();) {
    if (std::holds_alternative<LineFilterStage>(log.stages[i])) {
      i = AddLineFilters(log.stages, i, level + 1, &lines);
    } else {
      lines.Add(level + 1, PrintStage(log.stages[i++]));
    }
  }
  return lines.Take();
}

// Arguments between parentheses, a line each.
std::string IndentedCall(std::string_view head, const std::vector<std::string>& arguments,
                         int level) {
  Lines lines;
  lines.Add(level, base::Concat({head, "("}));
  for (size_t i = 0; i < arguments.size(); ++i) {
    lines.AddWhole(arguments[i]);
    if (i + 1 < arguments.size()) lines.Append(",");
  }
  lines.Add(level, ")");
  return lines.Take();
}

std::string IndentedNode(const LogQuery& log, int level) { return IndentedLog(log, level); }

std::string IndentedNode(const RangeAggregation& range, int level) {
  std::vector<std::string> arguments;
  if (range.parameter) {
    std::string parameter = Indent(level + 1);
    base::AppendFloatF(*range.parameter, &parameter);
    arguments.push_back(std::move(parameter));
  }
  Lines body;
  body.AddWhole(IndentedLog(range.log, level + 1));
  if (range.unwrap) {
    body.Add(level + 2, PrintUnwrapped(*range.unwrap));
    for (const LabelFilterPtr& filter : range.unwrap->filters) {
      body.Add(level + 2, base::Concat({"| ", PrintLabelFilter(*filter)}));
    }
  }
  body.Append(base::Concat({" ", PrintRange(range)}));
  arguments.push_back(body.Take());
  std::string text = IndentedCall(OpText(range.op), arguments, level);
  if (range.grouping) text += PrintGrouping(*range.grouping, ", ");
  return text;
}

std::string IndentedNode(const VectorAggregation& vector, int level) {
  std::string head(OpText(vector.op));
  if (vector.grouping && !vector.grouping->OneGroup()) {
    head += PrintGrouping(*vector.grouping, ", ");
  }
  std::vector<std::string> arguments;
  if (TakesParameter(vector.op)) {
    arguments.push_back(Indent(level + 1) + std::to_string(vector.parameter));
  }
  arguments.push_back(Indented(*vector.inner, level + 1));
  return IndentedCall(head, arguments, level);
}

std::string IndentedOperand(const Expr& expr, int level) {
  const bool cut = std::holds_alternative<Binary>(expr.node) && !FitsLine(Print(expr));
  return cut ? IndentedCall("", {Indented(expr, level + 1)}, level) : Indented(expr, level);
}

std::string IndentedNode(const Binary& binary, int level) {
  const std::string right = IndentedOperand(*binary.right, level + 1);
  Lines lines;
  lines.AddWhole(IndentedOperand(*binary.left, level + 1));
  lines.Add(level, PrintOperator(binary, base::Trim(right), ", "));
  lines.AddWhole(right);
  return lines.Take();
}

std::string IndentedNode(const LabelReplace& replace, int level) {
  std::vector<std::string> arguments{Indented(*replace.inner, level + 1)};
  for (const std::string* const text :
       {&replace.destination, &replace.replacement, &replace.source, &replace.regex}) {
    arguments.push_back(Indent(level + 1) + base::GoQuote(*text));
  }
  return IndentedCall("label_replace", arguments, level);
}

// A number fits any line.
std::string IndentedNode(const Literal&, int) { return {}; }
std::string IndentedNode(const VectorFunction&, int) { return {}; }

std::string Indented(const Expr& expr, int level) {
  const std::string canonical = Print(expr);
  if (FitsLine(canonical)) return Indent(level) + canonical;
  return std::visit([level](const auto& node) { return IndentedNode(node, level); }, expr.node);
}

}  // namespace

std::string PrintIndented(const Expr& expr) { return Indented(expr, 0); }

}  // namespace vedette::logql
