#include "collector/logstore/row_filter.h"

#include <string.h>

#include <algorithm>

namespace vedette::logstore {

bool HasSubstrings(std::string_view line, const Substrings& required) {
  const auto has = [&](const std::string& text) {
    return memmem(line.data(), line.size(), text.data(), text.size()) != nullptr;
  };
  return std::all_of(required.begin(), required.end(),
                     [&](const auto& any) { return std::any_of(any.begin(), any.end(), has); });
}

}  // namespace vedette::logstore
