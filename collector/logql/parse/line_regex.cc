#include "collector/logql/parse/line_regex.h"

#include <re2/re2.h>

#include <set>

#include "base/regex.h"
#include "base/strings.h"
#include "model/labels.h"

namespace vedette::logql {
namespace {

// A name that two groups have, which RE2 itself does not mind.
std::string RepeatedName(std::string_view pattern) {
  std::set<std::string_view> names;
  for (size_t at = pattern.find("(?"); at != std::string_view::npos;
       at = pattern.find("(?", at + 2)) {
    std::string_view rest = pattern.substr(at + 2);
    if (base::StartsWith(rest, "P")) rest.remove_prefix(1);
    const size_t end = rest.find('>');
    if (!base::StartsWith(rest, "<") || end == std::string_view::npos) continue;
    const std::string_view name = rest.substr(1, end - 1);
    if (!names.insert(name).second) return std::string(name);
  }
  return {};
}

}  // namespace

base::StatusOr<std::shared_ptr<const re2::RE2>> CompileLineRegex(std::string_view pattern) {
  auto regex = base::CompileRegex(pattern, {.dot_matches_newline = false});
  if (!regex.ok()) return base::Annotate(regex.status(), "error parsing regexp");
  return regex;
}

base::StatusOr<CaptureRegex> CompileCaptureRegex(std::string_view pattern) {
  CaptureRegex made;
  VEDETTE_ASSIGN_OR_RETURN(made.regex, CompileLineRegex(pattern));
  if (const std::string name = RepeatedName(pattern); !name.empty()) {
    return base::InvalidArgument(base::Concat({"duplicate extracted label name '", name, "'"}));
  }
  made.names.resize(static_cast<size_t>(made.regex->NumberOfCapturingGroups()));
  for (const auto& [group, name] : made.regex->CapturingGroupNames()) {
    if (!model::IsLegacyLabelName(name)) {
      return base::InvalidArgument(base::Concat({"invalid extracted label name '", name, "'"}));
    }
    made.names[static_cast<size_t>(group - 1)] = name;
  }
  if (made.regex->CapturingGroupNames().empty()) {
    return base::InvalidArgument("at least one named capture must be supplied");
  }
  return made;
}

}  // namespace vedette::logql
