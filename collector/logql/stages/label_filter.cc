#include "collector/logql/stages/label_filter.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "collector/logql/parse/units.h"

namespace vedette::logql {
namespace {

constexpr std::string_view kFilterError = "LabelFilterErr";

std::optional<double> ReadValue(LabelFilter::Unit unit, std::string_view text) {
  switch (unit) {
    case LabelFilter::Unit::kNumber:
      return base::ParseDouble(text);
    case LabelFilter::Unit::kBytes:
      return ParseBytes(text);
    case LabelFilter::Unit::kDuration:
      break;
  }
  const auto nanos = ParseGoDuration(text);
  return nanos ? std::optional<double>(static_cast<double>(*nanos)) : std::nullopt;
}

std::string WhyUnreadable(LabelFilter::Unit unit, std::string_view text) {
  if (unit == LabelFilter::Unit::kDuration) {
    return base::Concat({"time: invalid duration ", base::GoQuote(text)});
  }
  if (unit == LabelFilter::Unit::kBytes) {
    const size_t digits = text.find_first_not_of("0123456789.");
    if (digits != 0 && !text.empty()) {
      return base::Concat(
          {"unhandled size name: ",
           base::ToLowerAscii(base::Trim(text.substr(std::min(digits, text.size()))))});
    }
    text = {};
  }
  return base::Concat({"strconv.ParseFloat: parsing ", base::GoQuote(text), ": invalid syntax"});
}

bool Holds(CompareOp op, double value, double bound) {
  switch (op) {
    case CompareOp::kEqual:
      return value == bound;
    case CompareOp::kNotEqual:
      return value != bound;
    case CompareOp::kGreater:
      return value > bound;
    case CompareOp::kGreaterEqual:
      return value >= bound;
    case CompareOp::kLess:
      return value < bound;
    case CompareOp::kLessEqual:
      return value <= bound;
  }
  return false;
}

bool KeepsCompared(const LabelFilter::Compare& compare, LineLabels* labels) {
  const auto text = labels->Get(compare.name);
  if (!text) return false;
  // Only string filters judge lines that already are in error.
  if (labels->HasError()) return true;
  if (const auto value = ReadValue(compare.unit, *text)) {
    return Holds(compare.op, *value, compare.value);
  }
  labels->SetError(kFilterError, WhyUnreadable(compare.unit, *text));
  return true;
}

}  // namespace

bool KeepsLine(const LabelFilter& filter, LineLabels* labels) {
  if (const auto* string = std::get_if<LabelFilter::String>(&filter.node)) {
    return string->matcher.Matches(labels->Get(string->matcher.name()).value_or(""));
  }
  if (const auto* compare = std::get_if<LabelFilter::Compare>(&filter.node)) {
    return KeepsCompared(*compare, labels);
  }
  if (std::holds_alternative<LabelFilter::Ip>(filter.node)) return false;
  const auto& both = std::get<LabelFilter::Combine>(filter.node);
  const bool left = KeepsLine(*both.left, labels);
  if (!both.is_and && left) return true;
  // The right side of an `and` runs even so: it may be the one to report an error.
  const bool right = KeepsLine(*both.right, labels);
  return both.is_and ? left && right : right;
}

}  // namespace vedette::logql
