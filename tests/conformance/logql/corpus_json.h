#ifndef VEDETTE_TESTS_CONFORMANCE_LOGQL_CORPUS_JSON_H_
#define VEDETTE_TESTS_CONFORMANCE_LOGQL_CORPUS_JSON_H_

#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"

// The corpora's rows: JSON with strings of labels in it.

namespace vedette::logql {

using StringPairs = std::map<std::string, std::string>;

std::vector<std::string> RowsOf(const std::string& path);  // lines that are not empty
std::string Text(const boost::json::value& value);
StringPairs ToPairs(const boost::json::value& object);
StringPairs ToPairs(const model::Labels& labels);
model::Labels ToLabels(const boost::json::value& object);

}  // namespace vedette::logql

#endif  // VEDETTE_TESTS_CONFORMANCE_LOGQL_CORPUS_JSON_H_
