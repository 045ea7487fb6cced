#include "exporters/postgres/version_range.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::exporters::postgres {
namespace {

base::Status BadRange(std::string_view text) {
  return base::InvalidArgument(
      base::Concat({"found ", base::GoQuote(text),
                    "; allowed are conditions such as \">=10.0.0 <15.0.0\", parted by ||"}));
}

bool ParseVersion(std::string_view text, Version* version) {
  const std::vector<std::string_view> parts = base::Split(text, '.');
  if (parts.size() > version->size()) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto number = base::ParseInt(parts[i]);
    if (!number || *number < 0 || *number > 99'999) return false;
    (*version)[i] = static_cast<int>(*number);
  }
  return true;
}

}  // namespace

Version VersionOfNumber(int number) {
  if (number >= 100'000) return {number / 10'000, number % 10'000, 0};
  return {number / 10'000, number / 100 % 100, number % 100};
}

base::StatusOr<VersionRange> VersionRange::Parse(std::string_view text) {
  VersionRange range;
  range.alternatives_.emplace_back();
  for (const std::string_view raw : base::Split(text, ' ')) {
    const std::string_view word = base::Trim(raw);
    if (word.empty()) continue;
    if (word == "||") {
      range.alternatives_.emplace_back();
      continue;
    }
    VEDETTE_ASSIGN_OR_RETURN(const Condition condition, ParseCondition(word));
    range.alternatives_.back().push_back(condition);
  }
  const auto empty = [](const auto& conditions) { return conditions.empty(); };
  if (std::any_of(range.alternatives_.begin(), range.alternatives_.end(), empty))
    return BadRange(text);
  return range;
}

base::StatusOr<VersionRange::Condition> VersionRange::ParseCondition(std::string_view text) {
  Condition condition;
  const size_t digits = std::min(text.find_first_of("0123456789"), text.size());
  const std::string_view sign = text.substr(0, digits);
  condition.less = sign == "<" || sign == "<=" || sign == "!=" || sign == "!";
  condition.equal = sign.empty() || sign == "=" || sign == "==" || sign == "<=" || sign == ">=";
  condition.greater = sign == ">" || sign == ">=" || sign == "!=" || sign == "!";
  if (!condition.less && !condition.equal && !condition.greater) return BadRange(text);
  if (!ParseVersion(text.substr(digits), &condition.version)) return BadRange(text);
  return condition;
}

bool VersionRange::Contains(const Version& version) const {
  const auto holds = [&version](const Condition& condition) {
    if (version < condition.version) return condition.less;
    return version == condition.version ? condition.equal : condition.greater;
  };
  const auto all_hold = [&holds](const std::vector<Condition>& conditions) {
    return std::all_of(conditions.begin(), conditions.end(), holds);
  };
  return alternatives_.empty() || std::any_of(alternatives_.begin(), alternatives_.end(), all_hold);
}

}  // namespace vedette::exporters::postgres
