#ifndef VEDETTE_COLLECTOR_TSDB_SELECTOR_TEXT_H_
#define VEDETTE_COLLECTOR_TSDB_SELECTOR_TEXT_H_

#include <string>
#include <vector>

#include "model/matcher.h"

namespace vedette::tsdb {

// `{__name__="up",job=~"a|b"}`, for messages.
std::string SelectorText(const std::vector<model::Matcher>& matchers);

}  // namespace vedette::tsdb

#endif  // VEDETTE_COLLECTOR_TSDB_SELECTOR_TEXT_H_
