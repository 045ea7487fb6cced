#ifndef VEDETTE_COLLECTOR_PROMQL_NUMBER_SCAN_H_
#define VEDETTE_COLLECTOR_PROMQL_NUMBER_SCAN_H_

#include <cstddef>
#include <string_view>

// Where numbers and durations end, for both lexers. What is scanned looks like one; whether it has
// a value is found out when it is parsed. A scan that fails leaves `*pos` behind what it has looked
// at, as far as an error message shows the text.

namespace vedette::promql {

// From `*pos`: decimal or hexadecimal digits, underscores between them, one dot, one exponent. With
// `series` (the values of a series description) an x ends the number and there is no hexadecimal.
bool ScanNumber(std::string_view input, bool series, size_t* pos);

// The unit behind a number that has been scanned, and more numbers with units: the rest of "1h30m".
bool ScanDuration(std::string_view input, size_t* pos);

}  // namespace vedette::promql

#endif  // VEDETTE_COLLECTOR_PROMQL_NUMBER_SCAN_H_
