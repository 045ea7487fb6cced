#include "collector/logql/parse/stage_printer.h"

#include <string_view>

#include "base/number_text.h"
#include "base/strings.h"
#include "collector/logql/parse/canonical_text.h"

namespace vedette::logql {
namespace {

std::string_view CompareText(CompareOp op) {
  static constexpr std::string_view kText[] = {"==", "!=", ">", ">=", "<", "<="};
  return kText[static_cast<size_t>(op)];
}

std::string_view FilterText(LineFilterOp op) {
  static constexpr std::string_view kText[] = {"|=", "!=", "|~", "!~", "|>", "!>"};
  return kText[static_cast<size_t>(op)];
}

bool IsNegative(LineFilterOp op) {
  return op == LineFilterOp::kNotContains || op == LineFilterOp::kNotRegex ||
         op == LineFilterOp::kNotPattern;
}

std::string IpText(std::string_view pattern) {
  return base::Concat({"ip(", base::GoQuote(pattern), ")"});
}

std::string PrintLabelMatcher(const model::Matcher& matcher) {
  const bool plain = matcher.type() != model::MatchType::kRegex ||
                     IsPlainLabelRegex(matcher.value()) ||
                     matcher.value().find('`') != std::string::npos;
  if (plain) return PrintMatcher(matcher);
  return base::Concat({matcher.name(), "=~`", matcher.value(), "`"});
}

std::string ValueText(const LabelFilter::Compare& compare) {
  if (compare.unit == LabelFilter::Unit::kDuration) {
    return GoDurationText(static_cast<int64_t>(compare.value));
  }
  if (compare.unit == LabelFilter::Unit::kBytes) return BytesText(compare.value);
  std::string text;
  base::AppendFloatF(compare.value, &text);
  return text;
}

std::string Print(const std::vector<Extraction>& extractions) {
  std::string text;
  for (const Extraction& extraction : extractions) {
    text += base::Concat(
        {text.empty() ? " " : ",", extraction.name, "=", base::GoQuote(extraction.path)});
  }
  return text;
}

// A negative operator's operands are so many filters.
std::string Print(const LineFilterStage& filter) {
  const std::string sign = base::Concat({FilterText(filter.op), " "});
  const std::string between =
      IsNegative(filter.op) ? base::Concat({" ", sign}) : std::string(" or ");
  std::string text = sign;
  for (size_t i = 0; i < filter.operands.size(); ++i) {
    const LineFilterStage::Operand& operand = filter.operands[i];
    if (i > 0) text += between;
    text += operand.ip ? IpText(operand.text) : base::GoQuote(operand.text);
  }
  return text;
}

std::string Print(const LogfmtStage& stage) {
  return base::Concat({"| logfmt", stage.strict ? " --strict" : "",
                       stage.keep_empty ? " --keep-empty" : "", Print(stage.extractions)});
}

std::string Print(const LabelFormatStage& stage) {
  std::string text = "| label_format ";
  for (size_t i = 0; i < stage.items.size(); ++i) {
    const LabelFormatStage::Item& item = stage.items[i];
    text += base::Concat(
        {i == 0 ? "" : ",", item.name, "=", item.rename ? item.value : base::GoQuote(item.value)});
  }
  return text;
}

std::string Print(const DropKeepStage& stage) {
  std::string text = stage.keep ? "| keep " : "| drop ";
  for (size_t i = 0; i < stage.items.size(); ++i) {
    const DropKeepStage::Item& item = stage.items[i];
    text +=
        base::Concat({i == 0 ? "" : ",", item.matcher ? PrintMatcher(*item.matcher) : item.name});
  }
  return text;
}

std::string Print(const JsonStage& stage) {
  return base::Concat({"| json", Print(stage.extractions)});
}
std::string Print(const RegexpStage& stage) {
  return base::Concat({"| regexp ", base::GoQuote(stage.pattern)});
}
std::string Print(const PatternStage& stage) {
  return base::Concat({"| pattern ", base::GoQuote(stage.pattern)});
}
std::string Print(const UnpackStage&) { return "| unpack"; }
std::string Print(const DecolorizeStage&) { return "| decolorize"; }
std::string Print(const LabelFilterStage& stage) {
  return base::Concat({"| ", PrintLabelFilter(*stage.filter)});
}
std::string Print(const LineFormatStage& stage) {
  return base::Concat({"| line_format ", base::GoQuote(stage.text)});
}

}  // namespace

std::string PrintMatcher(const model::Matcher& matcher) {
  static constexpr std::string_view kSigns[] = {"=", "!=", "=~", "!~"};
  return base::Concat({matcher.name(), kSigns[static_cast<size_t>(matcher.type())],
                       base::GoQuote(matcher.value())});
}

std::string PrintLabelFilter(const LabelFilter& filter) {
  if (const auto* string = std::get_if<LabelFilter::String>(&filter.node)) {
    return PrintLabelMatcher(string->matcher);
  }
  if (const auto* compare = std::get_if<LabelFilter::Compare>(&filter.node)) {
    return base::Concat({compare->name, CompareText(compare->op), ValueText(*compare)});
  }
  if (const auto* ip = std::get_if<LabelFilter::Ip>(&filter.node)) {
    return base::Concat({ip->name, ip->negative ? "!=" : "=", IpText(ip->pattern)});
  }
  const auto& both = std::get<LabelFilter::Combine>(filter.node);
  return base::Concat({"( ", PrintLabelFilter(*both.left), both.is_and ? " , " : " or ",
                       PrintLabelFilter(*both.right), " )"});
}

std::string PrintStage(const Stage& stage) {
  return std::visit([](const auto& of_its_kind) { return Print(of_its_kind); }, stage);
}

}  // namespace vedette::logql
