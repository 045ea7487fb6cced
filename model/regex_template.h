#ifndef VEDETTE_MODEL_REGEX_TEMPLATE_H_
#define VEDETTE_MODEL_REGEX_TEMPLATE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace vedette::model {

// The groups of one full match, by which templates like "${1}-$name" are filled in as Go's
// Regexp.Expand does: $name takes the longest run of letters, digits and '_'; "$$" is a dollar; an
// unknown group is empty; a malformed reference stands for itself. Borrows the regex and the text.
class RegexGroups {
 public:
  // Nothing unless `regex` matches the whole of `text`.
  static std::optional<RegexGroups> Match(const re2::RE2& regex, std::string_view text);

  std::string Expand(std::string_view text_template) const;

 private:
  explicit RegexGroups(const re2::RE2& regex) : regex_(&regex) {}
  std::string_view Group(std::string_view name) const;

  const re2::RE2* regex_;
  std::vector<std::string_view> groups_;  // [0] is the whole match
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_REGEX_TEMPLATE_H_
