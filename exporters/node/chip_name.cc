#include "exporters/node/chip_name.h"

#include <algorithm>

#include "base/strings.h"

namespace vedette::exporters::node {
namespace {

bool IsKept(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '_';
}

}  // namespace

std::string CleanName(std::string_view text) {
  std::string name = base::ToLowerAscii(text);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !IsKept(c); }, '_');
  const size_t begin = name.find_first_not_of('_');
  if (begin == std::string::npos) return "";
  return name.substr(begin, name.find_last_not_of('_') - begin + 1);
}

std::string ChipName(const LinkTarget& device) {
  const std::string name = CleanName(device.name);
  const std::string kind = CleanName(device.parent);
  if (name.empty() || kind.empty()) return name;
  return base::Concat({kind, "_", name});
}

}  // namespace vedette::exporters::node
