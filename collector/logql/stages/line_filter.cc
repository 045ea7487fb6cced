#include "collector/logql/stages/line_filter.h"

#include <re2/re2.h>
#include <string.h>

#include <algorithm>

#include "base/regex.h"
#include "base/strings.h"

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

base::StatusOr<LineFilter> LineFilter::Make(const LineFilterStage& stage) {
  LineFilter filter;
  filter.negative_ = stage.op == LineFilterOp::kNotContains || stage.op == LineFilterOp::kNotRegex;
  const bool plain = stage.op == LineFilterOp::kContains || stage.op == LineFilterOp::kNotContains;
  const bool pattern = stage.op == LineFilterOp::kPattern || stage.op == LineFilterOp::kNotPattern;
  for (const auto& [operand, ip] : stage.operands) {
    if (ip || pattern) return base::InvalidArgument("pattern filter is not supported yet");
    std::vector<std::string> texts =
        plain ? std::vector<std::string>{operand} : PlainAlternatives(operand);
    if (texts.empty() && operand.empty()) texts.emplace_back();
    if (!texts.empty()) {
      filter.needles_.insert(filter.needles_.end(), texts.begin(), texts.end());
      continue;
    }
    auto regex = base::CompileRegex(operand, {.dot_matches_newline = false});
    if (!regex.ok()) return base::Annotate(regex.status(), "error parsing regexp");
    filter.regexes_.push_back(*std::move(regex));
  }
  return filter;
}

bool LineFilter::MatchesAny(std::string_view line) const {
  const auto contained = [&](const std::string& needle) { return Contains(line, needle); };
  if (std::any_of(needles_.begin(), needles_.end(), contained)) return true;
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

bool LineFilter::Keeps(std::string_view line) const { return MatchesAny(line) != negative_; }

}  // namespace vedette::logql
