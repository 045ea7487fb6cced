#include "collector/logql/stages/line_filter.h"

#include <re2/re2.h>
#include <string.h>

#include <algorithm>

#include "base/strings.h"
#include "collector/logql/parse/line_regex.h"
#include "collector/logql/stages/pattern_matcher.h"

namespace vedette::logql {
namespace {

bool Contains(std::string_view line, std::string_view needle) {
  if (needle.empty()) return true;
  return memmem(line.data(), line.size(), needle.data(), needle.size()) != nullptr;
}

// The alternatives of a regex that is nothing but plain text between bars.
std::vector<std::string> PlainAlternatives(std::string_view pattern) {
  if (pattern.find_first_of("\\.+*?()[]{}^$") != std::string_view::npos) return {};
  std::vector<std::string> texts;
  for (const std::string_view part : base::Split(pattern, '|')) texts.emplace_back(part);
  return texts;
}

}  // namespace

base::Status LineFilter::Add(LineFilterOp op, const LineFilterStage::Operand& operand) {
  const bool contains = op == LineFilterOp::kContains || op == LineFilterOp::kNotContains;
  if (operand.ip) {
    if (!contains) return base::InvalidArgument("ip: invalid operation");
    VEDETTE_ASSIGN_OR_RETURN(IpMatcher ip, IpMatcher::Make(operand.text));
    ips_.push_back(ip);
    return {};
  }
  if (op == LineFilterOp::kPattern || op == LineFilterOp::kNotPattern) {
    VEDETTE_ASSIGN_OR_RETURN(LinePattern pattern, ParseFilterPattern(operand.text));
    patterns_.push_back(std::move(pattern));
    return {};
  }
  std::vector<std::string> texts{operand.text};
  if (!contains && !operand.text.empty()) texts = PlainAlternatives(operand.text);
  if (!texts.empty()) {
    needles_.insert(needles_.end(), texts.begin(), texts.end());
    return {};
  }
  VEDETTE_ASSIGN_OR_RETURN(auto regex, CompileLineRegex(operand.text));
  regexes_.push_back(std::move(regex));
  return {};
}

base::StatusOr<LineFilter> LineFilter::Make(const LineFilterStage& stage) {
  LineFilter filter;
  filter.negative_ = stage.op == LineFilterOp::kNotContains ||
                     stage.op == LineFilterOp::kNotRegex || stage.op == LineFilterOp::kNotPattern;
  for (const LineFilterStage::Operand& operand : stage.operands) {
    VEDETTE_RETURN_IF_ERROR(filter.Add(stage.op, operand));
  }
  return filter;
}

bool LineFilter::MatchesAnyRegex(std::string_view line) const {
  if (regexes_.empty()) return false;
  // RE2 never matches a byte that is no character; Go reads it as U+FFFD.
  std::string repaired;
  if (!base::IsValidUtf8(line)) {
    repaired = base::RepairUtf8(line);
    line = repaired;
  }
  return std::any_of(regexes_.begin(), regexes_.end(), [&](const auto& regex) {
    return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *regex);
  });
}

bool LineFilter::MatchesAny(std::string_view line) const {
  return std::any_of(needles_.begin(), needles_.end(),
                     [&](const std::string& needle) { return Contains(line, needle); }) ||
         MatchesAnyRegex(line) ||
         std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const LinePattern& pattern) { return MatchesPattern(pattern, line); }) ||
         std::any_of(ips_.begin(), ips_.end(),
                     [&](const IpMatcher& ip) { return ip.FoundIn(line); });
}

bool LineFilter::Keeps(std::string_view line) const { return MatchesAny(line) != negative_; }

}  // namespace vedette::logql
