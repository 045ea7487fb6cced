#include "exporters/postgres/sql_text.h"

namespace vedette::exporters::postgres {

std::string TextLiteral(std::string_view text) {
  const bool escapes = text.find('\\') != std::string_view::npos;
  std::string literal = escapes ? " E'" : "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') literal += c;
    literal += c;
  }
  return literal + "'";
}

std::string TextArray(const std::vector<std::string>& texts) {
  std::string array = "ARRAY[";
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) array += ", ";
    array += TextLiteral(texts[i]);
  }
  return array + "]::text[]";
}

}  // namespace vedette::exporters::postgres
