#ifndef VEDETTE_EXPORTERS_NODE_OS_RELEASE_H_
#define VEDETTE_EXPORTERS_NODE_OS_RELEASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "base/strings.h"

namespace vedette::exporters::node {

using OsRelease = base::StringMap<std::string>;

// Reads os-release(5): NAME=value lines, values quoted as in a shell. `path` is for errors.
base::StatusOr<OsRelease> ParseOsRelease(std::string_view text, const std::string& path);

// The major.minor of a VERSION_ID, "22.04" of "22.04.3"; nothing when it begins with no number.
std::optional<double> MajorMinor(std::string_view version);

// Seconds since the epoch at which "2029-05-31" begins in UTC; nothing for what is no day.
std::optional<int64_t> ParseDay(std::string_view day);

}  // namespace vedette::exporters::node

#endif  // VEDETTE_EXPORTERS_NODE_OS_RELEASE_H_
