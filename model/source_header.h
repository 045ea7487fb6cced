#ifndef VEDETTE_MODEL_SOURCE_HEADER_H_
#define VEDETTE_MODEL_SOURCE_HEADER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/log_entry.h"

// The value of X-Vedette-Source, by which a push says where in their source its entries lie:
//
//   SOURCE;FIRST;LAST;D1,D2,D3xCOUNT,...
//
// SOURCE  printable ASCII without ';', at most 256 bytes
// FIRST   the smallest position of the batch, LAST the largest; decimal uint64
// D1      the first entry's position less FIRST; each further D its entry's position less that of
//         the entry before. Decimal, negative where the grouping by streams goes back. DxCOUNT is
//         D repeated COUNT times (COUNT >= 2).
// Positions 7,9,11,8 of journal J: "J;7;11;0,2x2,-3".

namespace vedette::model {

// Fits with room into the 8 KiB of headers that servers and proxies take; senders cut their
// batches to it.
inline constexpr size_t kMaxSourceHeaderBytes = 6 << 10;
inline constexpr size_t kMaxSourceBytes = 256;

// `positions` must not be empty. May be longer than kMaxSourceHeaderBytes: the sender checks.
std::string FormatSourceHeader(const SourcePositions& positions);

// Strict: InvalidArgument unless it holds exactly `entries` positions, all in FIRST..LAST.
base::StatusOr<SourcePositions> ParseSourceHeader(std::string_view value, uint64_t entries);

}  // namespace vedette::model

#endif  // VEDETTE_MODEL_SOURCE_HEADER_H_
