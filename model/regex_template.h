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

// The groups of one match, by which templates like "${1}-$name" are filled in as Go's
// Regexp.Expand does: $name takes the longest run of letters, digits and '_'; "$$" is a dollar; an
// unknown group is empty; a malformed reference stands for itself. Borrows the regex and the text.
class RegexGroups {
 public:
  // Nothing unless `regex` matches the whole of `text`.
  static std::optional<RegexGroups> Match(const re2::RE2& regex, std::string_view text);

  std::string Expand(std::string_view text_template) const;

  // `text` with each match replaced by `text_template`, filled in; where `literal`, by it as it is.
  // As Go's ReplaceAllString and ReplaceAllLiteralString.
  static std::string ReplaceAll(const re2::RE2& regex, std::string_view text,
                                std::string_view text_template, bool literal = false);
  // How many matches there are, none inside another.
  static size_t Count(const re2::RE2& regex, std::string_view text);

 private:
  explicit RegexGroups(const re2::RE2& regex) : regex_(&regex) {}
  std::string_view Group(std::string_view name) const;
  template <typename Visit>
  static void EachMatch(const re2::RE2& regex, std::string_view text, const Visit& visit);

  const re2::RE2* regex_;
  std::vector<std::string_view> groups_;  // [0] is the whole match
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_REGEX_TEMPLATE_H_
