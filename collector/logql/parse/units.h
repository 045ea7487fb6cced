#ifndef VEDETTE_COLLECTOR_LOGQL_PARSE_UNITS_H_
#define VEDETTE_COLLECTOR_LOGQL_PARSE_UNITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::logql {

// Go's durations ("1.5s", "-3m2s", "µs"), in nanoseconds.
std::optional<int64_t> ParseGoDuration(std::string_view text);
// Prometheus' ("1d", "1h30m"), else Go's, in nanoseconds.
std::optional<int64_t> ParseAnyDuration(std::string_view text);
// "10kB", "2MiB", "1.5GB", "12": decimal units by 1000, those with i by 1024, any case.
std::optional<double> ParseBytes(std::string_view text);

// Why one of them is none, in Go's words: `time: invalid duration "x"`.
std::string WhyNoDuration(std::string_view text);
std::string WhyNoBytes(std::string_view text);

}  // namespace vedette::logql

#endif  // VEDETTE_COLLECTOR_LOGQL_PARSE_UNITS_H_
