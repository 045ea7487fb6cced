#ifndef VEDETTE_BASE_WAL_FORMAT_H_
#define VEDETTE_BASE_WAL_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

// The bytes of the log (base/FORMAT.md).

namespace vedette::base::wal_format {

inline constexpr std::string_view kMagic = "VDTWAL\r\n";
inline constexpr uint32_t kVersion = 1;
inline constexpr uint64_t kBlockBytes = 32 << 10;
inline constexpr uint64_t kHeaderBytes = 32;
inline constexpr uint64_t kFrameHeaderBytes = 12;
inline constexpr std::string_view kBrokenSuffix = ".broken";

enum class Kind : uint8_t { kWhole = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

// "00000001.wal"
std::string SegmentName(uint64_t number);
// The number in "00000001.wal", nothing for other names.
std::optional<uint64_t> ParseSegmentName(std::string_view name);

std::string EncodeHeader(uint64_t number);
// DataLoss for a bad header, InvalidArgument naming the version for a sound one of another version.
// Every version keeps these bytes: magic, version, and the checksum where it is.
Status CheckHeader(std::string_view header, uint64_t number);

// Appends the frames of one record that starts at `offset` of segment `number`.
void AppendRecord(uint64_t number, uint64_t offset, uint8_t type, std::string_view payload,
                  std::string* out);

struct Frame {
  Kind kind;
  uint8_t type;
  std::string_view payload;
  uint64_t size() const { return kFrameHeaderBytes + payload.size(); }
};
// The frame at the start of `bytes` (the rest of a block), which lies at `offset`; nothing when it
// does not verify.
std::optional<Frame> DecodeFrame(std::string_view bytes, uint64_t number, uint64_t offset);

}  // namespace vedette::base::wal_format

#endif  // VEDETTE_BASE_WAL_FORMAT_H_
