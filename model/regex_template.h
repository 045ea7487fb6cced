#ifndef VEDETTE_MODEL_REGEX_TEMPLATE_H_
#define VEDETTE_MODEL_REGEX_TEMPLATE_H_

#include <cstddef>
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

  // Nothing where more than `max_bytes` would come of it: a template multiplies what it is filled
  // with.
  std::optional<std::string> Expand(std::string_view text_template, size_t max_bytes) const;

  // `text` with each match replaced by `text_template`, filled in; where `literal`, by it as it is.
  // As Go's ReplaceAllString and ReplaceAllLiteralString. Nothing where more than `max_bytes` would
  // come of it.
  static std::optional<std::string> ReplaceAll(const re2::RE2& regex, std::string_view text,
                                               std::string_view text_template, size_t max_bytes,
                                               bool literal = false);
  // How many matches there are, none inside another.
  static size_t Count(const re2::RE2& regex, std::string_view text);

 private:
  explicit RegexGroups(const re2::RE2& regex) : regex_(&regex) {}
  std::string_view Group(std::string_view name) const;
  bool AppendExpanded(std::string_view text_template, size_t max_bytes, std::string* out) const;
  // `visit` says whether to go on.
  template <typename Visit>
  static void EachMatch(const re2::RE2& regex, std::string_view text, const Visit& visit);

  const re2::RE2* regex_;
  std::vector<std::string_view> groups_;  // [0] is the whole match
};

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_REGEX_TEMPLATE_H_
