#ifndef VEDETTE_COLLECTOR_LOGSTORE_LINE_CUT_H_
#define VEDETTE_COLLECTOR_LOGSTORE_LINE_CUT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace vedette::logstore {

// A line that is too long, as it is kept: its beginning, to a whole character, and a mark that says
// how long it was; at most `max_bytes` (64 and more) altogether. The same line is cut the same.
std::string CutLine(std::string_view line, size_t max_bytes);

}  // namespace vedette::logstore

#endif  // VEDETTE_COLLECTOR_LOGSTORE_LINE_CUT_H_
