#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_LINE_REGEX_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_LINE_REGEX_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace re2 {
class RE2;
}

namespace vedette::logql {

// A regex of `| regexp`, and the label that each of its groups becomes: names[i] for group i + 1,
// empty where the group has none.
struct CaptureRegex {
  std::shared_ptr<const re2::RE2> regex;
  std::vector<std::string> names;
};

// InvalidArgument where no group is named, a name is there twice or is no label's.
base::StatusOr<CaptureRegex> CompileCaptureRegex(std::string_view pattern);

// A regex that lines are searched for, "." not matching their ends. Errors begin as Go's do:
// "error parsing regexp: ...".
base::StatusOr<std::shared_ptr<const re2::RE2>> CompileLineRegex(std::string_view pattern);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_LINE_REGEX_H_
