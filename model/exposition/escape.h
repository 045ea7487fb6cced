#ifndef VEDETTE_MODEL_EXPOSITION_ESCAPE_H_
#define VEDETTE_MODEL_EXPOSITION_ESCAPE_H_

#include <string>
#include <string_view>

namespace vedette::model::exposition {

// Undoes \\, \n and, with `quote_too`, \"; any other backslash stands for itself.
std::string UnescapeText(std::string_view text, bool quote_too);

}  // namespace vedette::model::exposition

#endif  // VEDETTE_MODEL_EXPOSITION_ESCAPE_H_
