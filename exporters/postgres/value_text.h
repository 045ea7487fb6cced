#ifndef VEDETTE_EXPORTERS_POSTGRES_VALUE_TEXT_H_
#define VEDETTE_EXPORTERS_POSTGRES_VALUE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a server's text of a value of any type is as a number or a label.

namespace vedette::exporters::postgres {

// A number; a boolean as 0 or 1; a date or time (DateStyle ISO) as whole seconds of Unix time. Text
// counts where it is a number. `type` is an oid of pg_type.
std::optional<double> ParseValue(std::string_view text, uint32_t type);

// The same value as a label: booleans as true and false, times as seconds, the rest as it stands.
std::string LabelText(std::string_view text, uint32_t type);

// "2024-02-29 13:05:06.7+05:30", "2024-02-29": seconds of Unix time, rounded down. Without a zone
// it is UTC. Nothing for years before Christ and for infinity.
std::optional<double> ParseTimestamp(std::string_view text);

// A duration as Go writes it ("1h2m3.5s", "-15ms") in milliseconds, cut to whole ones.
std::optional<double> ParseDurationMillis(std::string_view text);

// The numbers of "{1,2.5,NULL}" up to the first that is none.
std::vector<double> ParseArray(std::string_view text);

}  // namespace vedette::exporters::postgres

#endif  // VEDETTE_EXPORTERS_POSTGRES_VALUE_TEXT_H_
