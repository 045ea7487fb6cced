#include "base/wal_format.h"

#include <algorithm>

#include "base/codec/bytes.h"
#include "base/strings.h"

namespace vedette::base::wal_format {
namespace {

constexpr std::string_view kSuffix = ".wal";
constexpr size_t kNameDigits = 8;
constexpr size_t kChecksumBytes = 8;

uint64_t Seed(uint64_t number, uint64_t offset) { return (number << 40) + offset; }

Kind PieceKind(bool first, bool last) {
  if (first) return last ? Kind::kWhole : Kind::kFirst;
  return last ? Kind::kLast : Kind::kMiddle;
}

void AppendFrame(uint64_t number, uint64_t offset, Kind kind, uint8_t type,
                 std::string_view payload, std::string* out) {
  const size_t start = out->size();
  PutFixed<uint64_t>(0, out);
  PutFixed(static_cast<uint16_t>(payload.size()), out);
  PutFixed(static_cast<uint8_t>(kind), out);
  PutFixed(type, out);
  out->append(payload);
  const uint64_t checksum =
      Hash64(std::string_view(*out).substr(start + kChecksumBytes), Seed(number, offset));
  std::memcpy(out->data() + start, &checksum, sizeof checksum);
}

}  // namespace

std::string SegmentName(uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < kNameDigits) digits.insert(0, kNameDigits - digits.size(), '0');
  return Concat({digits, kSuffix});
}

std::optional<uint64_t> ParseSegmentName(std::string_view name) {
  if (!EndsWith(name, kSuffix)) return std::nullopt;
  const auto number = ParseUint(name.substr(0, name.size() - kSuffix.size()));
  if (!number || SegmentName(*number) != name) return std::nullopt;
  return number;
}

std::string EncodeHeader(uint64_t number) {
  std::string header(kMagic);
  PutFixed(kVersion, &header);
  PutFixed<uint32_t>(0, &header);
  PutFixed(number, &header);
  PutFixed(Hash64(header), &header);
  return header;
}

Status CheckHeader(std::string_view header, uint64_t number) {
  if (header.size() < kHeaderBytes) return DataLoss("the header is cut short");
  header = header.substr(0, kHeaderBytes);
  if (!StartsWith(header, kMagic)) return DataLoss("not a log segment: wrong magic");
  ByteReader reader(header.substr(kMagic.size()));
  const uint32_t version = reader.Fixed<uint32_t>();
  reader.Fixed<uint32_t>();
  const bool same_number = reader.Fixed<uint64_t>() == number;
  const std::string_view checked = header.substr(0, kHeaderBytes - kChecksumBytes);
  if (reader.Fixed<uint64_t>() != Hash64(checked)) return DataLoss("the header does not verify");
  // Only now: a flipped bit makes no newer version.
  if (version != kVersion) {
    return InvalidArgument(Concat({"log format version ", std::to_string(version),
                                   ", this program reads version ", std::to_string(kVersion)}));
  }
  if (!same_number) return DataLoss("the header is that of another segment");
  return Status();
}

void AppendRecord(uint64_t number, uint64_t offset, uint8_t type, std::string_view payload,
                  std::string* out) {
  bool first = true;
  do {
    uint64_t room = kBlockBytes - offset % kBlockBytes;
    if (room < kFrameHeaderBytes) {
      out->append(room, '\0');
      offset += room;
      room = kBlockBytes;
    }
    const std::string_view piece = payload.substr(0, room - kFrameHeaderBytes);
    payload.remove_prefix(piece.size());
    AppendFrame(number, offset, PieceKind(first, payload.empty()), type, piece, out);
    offset += kFrameHeaderBytes + piece.size();
    first = false;
  } while (!payload.empty());
}

std::optional<Frame> DecodeFrame(std::string_view bytes, uint64_t number, uint64_t offset) {
  ByteReader reader(bytes);
  const uint64_t checksum = reader.Fixed<uint64_t>();
  const uint16_t length = reader.Fixed<uint16_t>();
  const uint8_t kind = reader.Fixed<uint8_t>();
  const uint8_t type = reader.Fixed<uint8_t>();
  const std::string_view payload = reader.Bytes(length);
  if (!reader.ok() || kind < 1 || kind > 4 || type == 0) return std::nullopt;
  const std::string_view checked =
      bytes.substr(kChecksumBytes, kFrameHeaderBytes - kChecksumBytes + length);
  if (Hash64(checked, Seed(number, offset)) != checksum) return std::nullopt;
  return Frame{static_cast<Kind>(kind), type, payload};
}

}  // namespace vedette::base::wal_format
