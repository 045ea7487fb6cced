#include "collector/promql/position.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::promql {

std::string LineColumn(std::string_view query, int offset) {
  if (offset < 0 || offset > static_cast<int>(query.size())) return {};
  const std::string_view before = query.substr(0, static_cast<size_t>(offset));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t line_break = before.rfind('\n');
  const size_t column =
      line_break == std::string_view::npos ? before.size() + 1 : before.size() - line_break;
  return std::to_string(line) + ":" + std::to_string(column);
}

base::Status ParseError(std::string_view query, int offset, std::string_view message) {
  const std::string where = query.empty() ? "unknown position" : LineColumn(query, offset);
  return base::InvalidArgument(base::Concat({where, ": parse error: ", message}));
}

}  // namespace vedette::promql
