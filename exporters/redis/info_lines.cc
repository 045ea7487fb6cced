#include "exporters/redis/info_lines.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::exporters::redis {
namespace {

// Cuts the part before `separator` off `rest`.
std::string_view Cut(std::string_view* rest, char separator) {
  const size_t end = std::min(rest->find(separator), rest->size());
  const std::string_view part = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return part;
}

}  // namespace

bool InfoLines::Next() {
  while (!rest_.empty()) {
    const std::string_view line = base::Trim(Cut(&rest_, '\n'));
    if (base::StartsWith(line, "# ")) {
      section_ = line.substr(2);
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    field_ = line.substr(0, colon);
    value_ = line.substr(colon + 1);
    return true;
  }
  return false;
}

bool InfoPairs::Next() {
  while (!rest_.empty()) {
    const std::string_view pair = Cut(&rest_, ',');
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    name_ = pair.substr(0, equals);
    value_ = pair.substr(equals + 1);
    return true;
  }
  return false;
}

std::optional<double> InfoPairs::Number() const { return base::ParseDouble(value_); }

}  // namespace vedette::exporters::redis
