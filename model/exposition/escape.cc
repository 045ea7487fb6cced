#include "model/exposition/escape.h"

namespace vedette::model::exposition {

std::string UnescapeText(std::string_view text, bool quote_too) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '\\' || (next == '"' && quote_too)) {
      out += next;
      ++i;
    } else if (next == 'n') {
      out += '\n';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace vedette::model::exposition
