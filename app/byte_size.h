#ifndef VEDETTE_APP_BYTE_SIZE_H_
#define VEDETTE_APP_BYTE_SIZE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette::app {

// Prometheus' sizes: a number, decimals allowed, and one of B, KB, MB, GB, TB, PB, EB, each 1024 of
// the one before ("512MB", "1.5GB"); KiB and so on mean the same. "0" needs no unit. Nothing for
// any other text or a size beyond 63 bits.
std::optional<uint64_t> ParseByteSize(std::string_view text);

}  // namespace vedette::app

#endif  // VEDETTE_APP_BYTE_SIZE_H_
