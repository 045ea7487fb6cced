#include "exporters/node/text_scan.h"

#include <algorithm>

namespace vedette::exporters::node {

bool LineScanner::Next(std::string_view* line) {
  if (rest_.empty()) return false;
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  *line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return true;
}

bool FieldScanner::Next(std::string_view* field) {
  const size_t begin = rest_.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return false;
  rest_.remove_prefix(begin);
  const size_t end = std::min(rest_.find_first_of(" \t"), rest_.size());
  *field = rest_.substr(0, end);
  rest_.remove_prefix(end);
  return true;
}

void SplitFields(std::string_view line, std::vector<std::string_view>* fields) {
  fields->clear();
  FieldScanner scanner(line);
  std::string_view field;
  while (scanner.Next(&field)) fields->push_back(field);
}

}  // namespace vedette::exporters::node
