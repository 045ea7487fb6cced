#include "collector/logstore/columns/value_table.h"

namespace vedette::logstore {

bool IsJsonScalar(std::string_view text) {
  if (text == "true" || text == "false" || text == "null") return true;
  return !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) &&
         text.find_first_of(" \n\r\t,[]{}\"\\") == std::string_view::npos;
}

}  // namespace vedette::logstore
