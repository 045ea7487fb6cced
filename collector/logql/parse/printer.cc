#include "collector/logql/parse/printer.h"

#include <string_view>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/logql/parse/canonical_text.h"
#include "collector/logql/parse/stage_printer.h"

namespace vedette::logql {
namespace {

std::string PrintNode(const LogQuery& log) { return Print(log); }

std::string PrintNode(const RangeAggregation& range) {
  std::string text = base::Concat({OpText(range.op), "("});
  if (range.parameter) {
    base::AppendFloatF(*range.parameter, &text);
    text += ",";
  }
  text += Print(range.log);
  if (range.unwrap) {
    text += base::Concat({" ", PrintUnwrapped(*range.unwrap)});
    for (const LabelFilterPtr& filter : range.unwrap->filters) {
      text += base::Concat({" | ", PrintLabelFilter(*filter)});
    }
  }
  text += base::Concat({PrintRange(range), ")"});
  if (range.grouping) text += PrintGrouping(*range.grouping, ",");
  return text;
}

std::string PrintNode(const VectorAggregation& vector) {
  std::string text(OpText(vector.op));
  if (vector.grouping && !vector.grouping->OneGroup()) text += PrintGrouping(*vector.grouping, ",");
  text += "(";
  if (TakesParameter(vector.op)) text += base::Concat({std::to_string(vector.parameter), ","});
  return base::Concat({text, Print(*vector.inner), ")"});
}

std::string PrintNode(const Binary& binary) {
  const std::string right = Print(*binary.right);
  return base::Concat(
      {"(", Print(*binary.left), " ", PrintOperator(binary, right, ","), " ", right, ")"});
}

std::string PrintNode(const LabelReplace& replace) {
  return base::Concat({"label_replace(", Print(*replace.inner), ",",
                       base::GoQuote(replace.destination), ",", base::GoQuote(replace.replacement),
                       ",", base::GoQuote(replace.source), ",", base::GoQuote(replace.regex), ")"});
}

std::string PrintNode(const Literal& literal) {
  std::string text;
  base::AppendFloatG(literal.value, &text);
  return text;
}

std::string PrintNode(const VectorFunction& function) {
  return base::Concat({"vector(", std::to_string(function.value), ")"});
}

}  // namespace

std::string PrintUnwrapped(const Unwrap& unwrap) {
  const std::string_view conversion = ConversionText(unwrap.conversion);
  if (conversion.empty()) return base::Concat({"| unwrap ", unwrap.label});
  return base::Concat({"| unwrap ", conversion, "(", unwrap.label, ")"});
}

std::string PrintRange(const RangeAggregation& range) {
  std::string text = base::Concat({"[", base::FormatDurationMs(range.range_ns / 1'000'000), "]"});
  if (range.offset_ns != 0) text += base::Concat({" offset ", GoDurationText(range.offset_ns)});
  return text;
}

std::string PrintGrouping(const Grouping& grouping, std::string_view separator) {
  return base::Concat(
      {grouping.without ? " without (" : " by (", base::Join(grouping.labels, separator), ")"});
}

std::string PrintOperator(const Binary& binary, std::string_view right,
                          std::string_view separator) {
  std::string text = base::Concat({OpText(binary.op), binary.return_bool ? " bool" : ""});
  // `ignoring ()` is what is done without it.
  const bool plain = !binary.on && binary.matching_labels.empty();
  if (!binary.matching || (plain && binary.group == Binary::Group::kNone)) return text;
  text += base::Concat(
      {binary.on ? " on (" : " ignoring (", base::Join(binary.matching_labels, separator), ") "});
  if (binary.group == Binary::Group::kLeft) text += "group_left";
  if (binary.group == Binary::Group::kRight) text += "group_right";
  if (binary.include) text += base::Concat({" (", base::Join(*binary.include, separator), ")"});
  // A parenthesis behind would be read as a list of names.
  const bool ambiguous = binary.group != Binary::Group::kNone && !binary.include;
  if (ambiguous && base::StartsWith(right, "(")) text += " ()";
  return text;
}

std::string Print(const LogQuery& log) {
  std::string text = "{";
  for (size_t i = 0; i < log.matchers.size(); ++i) {
    text += base::Concat({i == 0 ? "" : ", ", PrintMatcher(log.matchers[i])});
  }
  text += "}";
  for (const Stage& stage : log.stages) text += base::Concat({" ", PrintStage(stage)});
  return text;
}

std::string Print(const Expr& expr) {
  return std::visit([](const auto& node) { return PrintNode(node); }, expr.node);
}

}  // namespace vedette::logql
