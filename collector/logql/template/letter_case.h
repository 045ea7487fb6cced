#ifndef VEDETTE_COLLECTOR_LOGQL_TEMPLATE_LETTER_CASE_H_
#define VEDETTE_COLLECTOR_LOGQL_TEMPLATE_LETTER_CASE_H_

#include <string>
#include <string_view>

// Upper and lower case of the Latin, Greek and Cyrillic letters; other scripts stay as they are.

namespace vedette::logql {

std::string ToUpperCase(std::string_view text);
std::string ToLowerCase(std::string_view text);
// The first letter of each word in upper case, as Go's strings.Title.
std::string ToTitleCase(std::string_view text);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_TEMPLATE_LETTER_CASE_H_
