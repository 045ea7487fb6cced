#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_CANONICAL_TEXT_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_CANONICAL_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

// How Go prints what stands in a query.

namespace vedette::logql {

// time.Duration: "1h2m3.5s", "250ms", "0s".
std::string GoDurationText(int64_t nanos);

// humanize's "5.1kB" where it reads back as the same number, else all of its digits: "5120B".
std::string BytesText(double bytes);

// Whether Loki runs this regex of a label filter as plain searches: it prints those between quotes
// and the others between backquotes.
bool IsPlainLabelRegex(std::string_view pattern);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_CANONICAL_TEXT_H_
