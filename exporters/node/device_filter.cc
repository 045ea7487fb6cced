#include "exporters/node/device_filter.h"

#include <re2/re2.h>

#include "base/regex.h"

namespace vedette::exporters::node {
namespace {

// An empty pattern is none at all.
base::Status Compile(const std::string& pattern, const std::string& flag,
                     std::shared_ptr<const re2::RE2>* out) {
  if (pattern.empty()) return base::Status();
  auto regex = base::CompileRegex(pattern);
  if (!regex.ok()) return base::Annotate(regex.status(), "--" + flag);
  *out = *std::move(regex);
  return base::Status();
}

bool Matches(const std::shared_ptr<const re2::RE2>& regex, std::string_view name) {
  return re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *regex);
}

}  // namespace

base::StatusOr<DeviceFilter> DeviceFilter::Make(const Patterns& patterns,
                                                const char* default_exclude,
                                                const std::string& flag) {
  const std::string include = patterns.include.value_or("");
  const std::string exclude = patterns.exclude.value_or(include.empty() ? default_exclude : "");
  if (!include.empty() && !exclude.empty()) {
    return base::InvalidArgument("--" + flag + "-exclude and --" + flag +
                                 "-include are mutually exclusive");
  }
  DeviceFilter filter;
  VEDETTE_RETURN_IF_ERROR(Compile(exclude, flag + "-exclude", &filter.exclude_));
  VEDETTE_RETURN_IF_ERROR(Compile(include, flag + "-include", &filter.include_));
  return filter;
}

base::StatusOr<DeviceFilter> DeviceFilter::MakeExclude(const std::string& pattern,
                                                       const std::string& flag) {
  DeviceFilter filter;
  VEDETTE_RETURN_IF_ERROR(Compile(pattern, flag, &filter.exclude_));
  return filter;
}

bool DeviceFilter::Ignores(std::string_view name) const {
  if (exclude_ && Matches(exclude_, name)) return true;
  return include_ && !Matches(include_, name);
}

}  // namespace vedette::exporters::node
