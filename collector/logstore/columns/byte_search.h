#ifndef VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_BYTE_SEARCH_H_
#define VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_BYTE_SEARCH_H_

#include <string_view>

namespace vedette::logstore {

// As std::string_view::find, sixteen places at a time where the processor can: made for many looks
// for few bytes in much that does not have them.
size_t FindBytes(std::string_view text, std::string_view needle, size_t from = 0);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_COLUMNS_BYTE_SEARCH_H_
