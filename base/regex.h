#ifndef VEDETTE_BASE_REGEX_H_
#define VEDETTE_BASE_REGEX_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace re2 {
class RE2;
}

namespace vedette::base {

// The one place that makes RE2s: Perl classes as Go has them, bounded memory and depth, `(?<n>`
// accepted as `(?P<n>`, errors returned and not printed.
struct RegexOptions {
  bool dot_matches_newline = true;
};
StatusOr<std::shared_ptr<const re2::RE2>> CompileRegex(std::string_view pattern,
                                                       RegexOptions options = {});

}  // namespace vedette::base

#endif  // VEDETTE_BASE_REGEX_H_
