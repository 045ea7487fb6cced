#include "collector/logql/parse/printer.h"

#include "base/number_text.h"
#include "base/strings.h"

namespace vedette::logql {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

std::string_view CompareText(CompareOp op) {
  static constexpr std::string_view kText[] = {"=", "!=", ">", ">=", "<", "<="};
  return kText[static_cast<size_t>(op)];
}

std::string_view FilterText(LineFilterOp op) {
  static constexpr std::string_view kText[] = {"|=", "!=", "|~", "!~"};
  return kText[static_cast<size_t>(op)];
}

std::string Number(double value) {
  std::string text;
  base::AppendFloatG(value, &text);
  return text;
}

std::string PrintFilter(const LabelFilter& filter) {
  return std::visit(
      Overloaded{[](const LabelFilter::String& string) { return string.matcher.ToString(); },
                 [](const LabelFilter::Compare& compare) {
                   return base::Concat({compare.name, CompareText(compare.op), compare.text});
                 },
                 [](const LabelFilter::Combine& both) {
                   return base::Concat({"( ", PrintFilter(*both.left), both.is_and ? " , " : " or ",
                                        PrintFilter(*both.right), " )"});
                 }},
      filter.node);
}

std::string PrintStage(const Stage& stage) {
  return std::visit(
      Overloaded{
          [](const LineFilterStage& filter) {
            std::string text(FilterText(filter.op));
            for (size_t i = 0; i < filter.operands.size(); ++i) {
              text += base::Concat({i == 0 ? " " : " or ", base::GoQuote(filter.operands[i])});
            }
            return text;
          },
          [](const JsonStage&) { return std::string("| json"); },
          [](const LabelFilterStage& filter) {
            return base::Concat({"| ", PrintFilter(*filter.filter)});
          },
          [](const DropKeepStage& stage_) {
            std::string text(stage_.keep ? "| keep " : "| drop ");
            for (size_t i = 0; i < stage_.items.size(); ++i) {
              const DropKeepStage::Item& item = stage_.items[i];
              text += base::Concat(
                  {i == 0 ? "" : ",", item.matcher ? item.matcher->ToString() : item.name});
            }
            return text;
          }},
      stage);
}

std::string PrintSelector(const LogQuery& log) {
  std::string text = "{";
  for (size_t i = 0; i < log.matchers.size(); ++i) {
    text += base::Concat({i == 0 ? "" : ", ", log.matchers[i].ToString()});
  }
  return text + "}";
}

std::string PrintLog(const LogQuery& log) {
  std::string text = PrintSelector(log);
  for (const Stage& stage : log.stages) text += base::Concat({" ", PrintStage(stage)});
  return text;
}

std::string PrintRange(const RangeAggregation& range) {
  std::string text = base::Concat({OpText(range.op), "(", PrintLog(range.log)});
  text += base::Concat({"[", base::FormatDurationMs(range.range_ns / 1'000'000), "]"});
  if (range.offset_ns != 0) {
    const int64_t ms = range.offset_ns / 1'000'000;
    text +=
        base::Concat({" offset ", ms < 0 ? "-" : "", base::FormatDurationMs(ms < 0 ? -ms : ms)});
  }
  return text + ")";
}

std::string PrintVector(const VectorAggregation& vector) {
  std::string text(OpText(vector.op));
  if (vector.grouping) {
    text += base::Concat({vector.grouping->without ? " without (" : " by (",
                          base::Join(vector.grouping->labels, ","), ")"});
  }
  text += "(";
  if (vector.parameter != 0) text += base::Concat({std::to_string(vector.parameter), ","});
  return base::Concat({text, Print(*vector.inner), ")"});
}

std::string PrintBinary(const Binary& binary) {
  std::string text = base::Concat({"(", Print(*binary.left), " ", OpText(binary.op)});
  if (binary.return_bool) text += " bool";
  if (binary.matching) {
    text += base::Concat(
        {binary.on ? " on (" : " ignoring (", base::Join(binary.matching_labels, ","), ")"});
  }
  return base::Concat({text, " ", Print(*binary.right), ")"});
}

}  // namespace

std::string Print(const Expr& expr) {
  return std::visit(
      Overloaded{[](const LogQuery& log) { return PrintLog(log); },
                 [](const RangeAggregation& range) { return PrintRange(range); },
                 [](const VectorAggregation& vector) { return PrintVector(vector); },
                 [](const Binary& binary) { return PrintBinary(binary); },
                 [](const Literal& literal) { return Number(literal.value); },
                 [](const VectorFunction& function) {
                   return base::Concat({"vector(", std::to_string(function.value), ")"});
                 }},
      expr.node);
}

}  // namespace vedette::logql
