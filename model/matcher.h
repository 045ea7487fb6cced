#ifndef VEDETTE_MODEL_MATCHER_H_
#define VEDETTE_MODEL_MATCHER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace re2 {
class RE2;
}

namespace vedette::model {

enum class MatchType { kEqual, kNotEqual, kRegex, kNotRegex };

// name OP "value". A missing label reads as "". Regexes are fully anchored, dot matches newline.
// Immutable value type, cheap to copy, thread-safe.
class Matcher {
 public:
  // InvalidArgument when the regex does not compile.
  static base::StatusOr<Matcher> Make(MatchType type, std::string name, std::string value);
  static Matcher Equal(std::string name, std::string value);

  MatchType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

  bool Matches(std::string_view label_value) const;
  bool MatchesEmpty() const { return Matches(""); }
  // The values a regex of plain alternatives stands for ("a|b|c"), sorted and unique; empty for
  // every other regex and for = and !=.
  const std::vector<std::string>& literals() const { return literals_; }

  // name="value", as Prometheus prints it.
  std::string ToString() const;

 private:
  Matcher() = default;
  bool MatchesRegex(std::string_view label_value) const;

  MatchType type_ = MatchType::kEqual;
  std::string name_;
  std::string value_;
  std::shared_ptr<const re2::RE2> regex_;  // null when literals_ say it all
  std::vector<std::string> literals_;
};

bool MatchesAll(const std::vector<Matcher>& matchers, const Labels& labels);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_MATCHER_H_
