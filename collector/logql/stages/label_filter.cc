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
  if (unit == LabelFilter::Unit::kDuration) return WhyNoDuration(text);
  if (unit == LabelFilter::Unit::kBytes) return WhyNoBytes(text);
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
  if (const auto value = ReadValue(compare.unit, *text)) {
    return Holds(compare.op, *value, compare.value);
  }
  // What went wrong first says more.
  if (!labels->HasError()) labels->SetError(kFilterError, WhyUnreadable(compare.unit, *text));
  return true;
}

}  // namespace

base::StatusOr<LineStagePtr> LabelFilterRun::Make(const LabelFilter& filter) {
  std::unique_ptr<LabelFilterRun> stage(new LabelFilterRun(filter));
  VEDETTE_RETURN_IF_ERROR(stage->MakeIps(filter));
  return stage;
}

base::Status LabelFilterRun::MakeIps(const LabelFilter& filter) {
  if (const auto* ip = std::get_if<LabelFilter::Ip>(&filter.node)) {
    VEDETTE_ASSIGN_OR_RETURN(const IpMatcher matcher, IpMatcher::Make(ip->pattern));
    ips_.emplace(ip, matcher);
  } else if (const auto* both = std::get_if<LabelFilter::Combine>(&filter.node)) {
    VEDETTE_RETURN_IF_ERROR(MakeIps(*both->left));
    return MakeIps(*both->right);
  }
  return {};
}

bool LabelFilterRun::KeepsIp(const LabelFilter::Ip& ip, const LineLabels& labels) const {
  if (labels.HasError()) return true;
  const auto text = labels.Get(ip.name);
  return text && ips_.at(&ip).FoundIn(*text) != ip.negative;
}

bool LabelFilterRun::Keeps(const LabelFilter& filter, LineLabels* labels) const {
  if (const auto* string = std::get_if<LabelFilter::String>(&filter.node)) {
    const std::string& name = string->matcher.name();
    if (name == kErrorLabel) return string->matcher.Matches(labels->error());
    return string->matcher.Matches(labels->Get(name).value_or(""));
  }
  if (const auto* compare = std::get_if<LabelFilter::Compare>(&filter.node)) {
    return KeepsCompared(*compare, labels);
  }
  if (const auto* ip = std::get_if<LabelFilter::Ip>(&filter.node)) return KeepsIp(*ip, *labels);
  const auto& both = std::get<LabelFilter::Combine>(filter.node);
  const bool left = Keeps(*both.left, labels);
  if (!both.is_and && left) return true;
  // The right side of an `and` runs even so: it may be the one to report an error.
  const bool right = Keeps(*both.right, labels);
  return both.is_and ? left && right : right;
}

std::string_view OneLabelOf(const LabelFilter& filter) {
  if (const auto* string = std::get_if<LabelFilter::String>(&filter.node)) {
    const std::string_view name = string->matcher.name();
    return name == kErrorLabel || name == kErrorDetailsLabel ? "" : name;
  }
  if (const auto* compare = std::get_if<LabelFilter::Compare>(&filter.node)) return compare->name;
  if (std::holds_alternative<LabelFilter::Ip>(filter.node)) return "";
  const auto& both = std::get<LabelFilter::Combine>(filter.node);
  const std::string_view left = OneLabelOf(*both.left);
  return left == OneLabelOf(*both.right) ? left : "";
}

bool KeepsValue(const LabelFilter& filter, std::optional<std::string_view> value) {
  if (const auto* string = std::get_if<LabelFilter::String>(&filter.node)) {
    return string->matcher.Matches(value.value_or(""));
  }
  if (const auto* compare = std::get_if<LabelFilter::Compare>(&filter.node)) {
    if (!value) return false;
    const auto number = ReadValue(compare->unit, *value);
    return !number || Holds(compare->op, *number, compare->value);
  }
  const auto& both = std::get<LabelFilter::Combine>(filter.node);
  const bool left = KeepsValue(*both.left, value);
  if (left != both.is_and) return left;
  return KeepsValue(*both.right, value);
}

void AddLabelsRead(const LabelFilter& filter, std::vector<std::string>* names) {
  if (const auto* string = std::get_if<LabelFilter::String>(&filter.node)) {
    names->push_back(string->matcher.name());
  } else if (const auto* compare = std::get_if<LabelFilter::Compare>(&filter.node)) {
    names->push_back(compare->name);
  } else if (const auto* ip = std::get_if<LabelFilter::Ip>(&filter.node)) {
    names->push_back(ip->name);
  } else {
    const auto& both = std::get<LabelFilter::Combine>(filter.node);
    AddLabelsRead(*both.left, names);
    AddLabelsRead(*both.right, names);
  }
}

}  // namespace vedette::logql
