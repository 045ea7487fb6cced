#include "base/regex.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/strings.h"

namespace vedette::base {
namespace {

// What one program may take; beyond it RE2 refuses the pattern.
constexpr int64_t kMaxMem = 16 << 20;
// As Go's regexp/syntax.
constexpr int kMaxRegexDepth = 1000;

// Calls `open(i)` for every '(' and `close()` for every ')' that stands for itself as an operator.
template <typename Open, typename Close>
void ScanGroups(std::string_view pattern, const Open& open, const Close& close) {
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      if (!in_class && pattern.substr(i, 2) == "\\Q") {
        const size_t end = pattern.find("\\E", i);
        if (end == std::string_view::npos) return;
        i = end;
      }
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A ']' right after the bracket (or its ^) is a member.
      if (pattern.substr(i + 1, 1) == "^") ++i;
      if (pattern.substr(i + 1, 1) == "]") ++i;
    } else if (c == '(') {
      open(i);
    } else if (c == ')') {
      close();
    }
  }
}

bool TooDeep(std::string_view pattern) {
  int depth = 0;
  int deepest = 0;
  ScanGroups(
      pattern, [&](size_t) { deepest = std::max(deepest, ++depth); }, [&] { --depth; });
  return deepest > kMaxRegexDepth;
}

// RE2 of this age knows named groups by `(?P<` alone.
std::string RewriteNamedGroups(std::string_view pattern) {
  std::string out;
  size_t copied = 0;
  ScanGroups(
      pattern,
      [&](size_t i) {
        if (pattern.substr(i, 3) != "(?<") return;
        const std::string_view next = pattern.substr(i + 3, 1);
        if (next == "=" || next == "!") return;  // look-behind: RE2 says that it has none
        out.append(pattern.substr(copied, i - copied)).append("(?P<");
        copied = i + 3;
      },
      [] {});
  out.append(pattern.substr(copied));
  return out;
}

}  // namespace

StatusOr<std::shared_ptr<const re2::RE2>> CompileRegex(std::string_view pattern,
                                                       RegexOptions options) {
  if (TooDeep(pattern)) return InvalidArgument("regular expression nests too deeply");
  RE2::Options re2_options;
  re2_options.set_log_errors(false);
  re2_options.set_dot_nl(options.dot_matches_newline);
  re2_options.set_max_mem(kMaxMem);
  auto regex = std::make_shared<const RE2>(RewriteNamedGroups(pattern), re2_options);
  if (!regex->ok()) {
    return InvalidArgument(
        Concat({"bad regular expression ", GoQuote(pattern), ": ", regex->error()}));
  }
  return regex;
}

}  // namespace vedette::base
