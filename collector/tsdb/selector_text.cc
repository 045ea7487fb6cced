#include "collector/tsdb/selector_text.h"

#include "base/strings.h"

namespace vedette::tsdb {

std::string SelectorText(const std::vector<model::Matcher>& matchers) {
  std::vector<std::string> texts;
  for (const model::Matcher& matcher : matchers) texts.push_back(matcher.ToString());
  return base::Concat({"{", base::Join(texts, ","), "}"});
}

}  // namespace vedette::tsdb
