#ifndef VEDETTE_EXPORTERS_POSTGRES_SQL_TEXT_H_
#define VEDETTE_EXPORTERS_POSTGRES_SQL_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace vedette::exporters::postgres {

// `text` as an SQL string literal that means it, whatever standard_conforming_strings says.
std::string TextLiteral(std::string_view text);
// "ARRAY['a', 'b']::text[]"
std::string TextArray(const std::vector<std::string>& texts);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_SQL_TEXT_H_
