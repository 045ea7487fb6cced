#include "exporters/node/metric_name.h"

namespace vedette::exporters::node {
namespace {

bool IsNameByte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

size_t SkipUnderscores(std::string_view text, size_t at) {
  while (at < text.size() && text[at] == '_') ++at;
  return at;
}

}  // namespace

std::string ToMetricName(std::string_view text) {
  std::string name;
  for (size_t at = 0; at < text.size();) {
    size_t end = SkipUnderscores(text, at);
    if (end == text.size() || IsNameByte(text[end])) {
      if (end == at) ++end;
      name += text.substr(at, end - at);
    } else {
      while (end < text.size() && !IsNameByte(text[end])) ++end;
      end = SkipUnderscores(text, end);
      name += '_';
    }
    at = end;
  }
  return name;
}

}  // namespace vedette::exporters::node
