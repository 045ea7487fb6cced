#include "tests/conformance/logql/corpus_json.h"

#include "base/strings.h"
#include "tests/support/shared_dir.h"

namespace vedette::logql {

std::vector<std::string> RowsOf(const std::string& path) {
  std::vector<std::string> rows;
  const std::string text = test::ReadWholeFile(path);
  for (const std::string_view row : base::Split(text, '\n')) {
    if (!row.empty()) rows.emplace_back(row);
  }
  return rows;
}

std::string Text(const boost::json::value& value) { return std::string(value.as_string()); }

StringPairs ToPairs(const boost::json::value& object) {
  StringPairs pairs;
  for (const auto& [name, value] : object.as_object()) pairs[std::string(name)] = Text(value);
  return pairs;
}

StringPairs ToPairs(const model::Labels& labels) {
  StringPairs pairs;
  for (const model::LabelView& label : labels) pairs[std::string(label.name)] = label.value;
  return pairs;
}

model::Labels ToLabels(const boost::json::value& object) {
  const StringPairs pairs = ToPairs(object);
  return model::Labels::FromPairs({pairs.begin(), pairs.end()});
}

}  // namespace vedette::logql
